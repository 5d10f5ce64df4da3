// The layout of a state table: states in columns, by the longest path from the initial state.
export interface Row {
  source: string;
  dest: string;
  trigger: string;
}

export interface Place {
  state: string;
  column: number;
  row: number;
  rows: number;
}

export interface Arrow {
  source: string;
  dest: string;
  triggers: readonly string[];
}

/** Return each pair of states once, with everything that leads from one to the other. */
export function arrows(rows: readonly Row[]): Arrow[] {
  const found = new Map<string, Arrow>();
  for (const { source, dest, trigger } of rows) {
    const key = `${source}>${dest}`;
    found.set(key, { source, dest, triggers: [...(found.get(key)?.triggers ?? []), trigger] });
  }
  return [...found.values()];
}

/** Place all states. Ways back and loops don't count. */
export function places(initial: string, rows: readonly Row[]): Place[] {
  const depths = new Map([[initial, 0]]);
  deepen(initial, forward(initial, rows), depths);
  const columns = Map.groupBy(depths.keys(), (state) => depths.get(state) ?? 0);
  return [...columns].flatMap(([column, states]) =>
    states.map((state, row) => ({ state, column, row, rows: states.length })),
  );
}

/** Leave out the rows that lead back to where a walk in their order has just come from. */
function forward(initial: string, rows: readonly Row[]): Row[] {
  const kept: Row[] = [];
  const seen = new Set<string>();
  const walk = (state: string, path: readonly string[]) => {
    seen.add(state);
    for (const row of rows.filter(({ source }) => source === state)) {
      if (path.includes(row.dest)) continue;
      kept.push(row);
      if (!seen.has(row.dest)) walk(row.dest, [...path, row.dest]);
    }
  };
  walk(initial, [initial]);
  return kept;
}

function deepen(state: string, rows: readonly Row[], depths: Map<string, number>): void {
  const depth = (depths.get(state) ?? 0) + 1;
  for (const { source, dest } of rows) {
    if (source !== state || depth <= (depths.get(dest) ?? -1)) continue;
    depths.set(dest, depth);
    deepen(dest, rows, depths);
  }
}
