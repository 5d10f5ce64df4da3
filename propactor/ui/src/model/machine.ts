// The state of a generation, derived from its events by the same table that the service runs.
import { GENERATION, type State, type StreamEvent } from "../../client";

/** The state, and the transitions taken so far. */
export interface MachineState {
  state: State;
  taken: readonly string[];
}

export const INITIAL: MachineState = { state: GENERATION.initial, taken: [] };

const ENDS: Partial<Record<StreamEvent["name"], string>> = { result: "succeed", error: "fail", done: "close" };
const PHASES: Record<string, string> = { streaming: "stream", parsing_output: "parse", fallback: "fall_back" };

/** Name the transition from one state to another. */
export function transitionName(source: string, dest: string): string {
  return `${source}>${dest}`;
}

/** Take the transition that an event causes, if it causes one. */
export function advance(machine: MachineState, event: StreamEvent): MachineState {
  const trigger = triggerOf(event, machine.state);
  const row = trigger && rowFor(machine.state, trigger);
  if (!row) return machine;
  const name = transitionName(machine.state, row.dest);
  const taken = machine.taken.includes(name) ? machine.taken : [...machine.taken, name];
  return { state: row.dest, taken };
}

function triggerOf(event: StreamEvent, state: State): string | undefined {
  if (event.name === "progress") return PHASES[event.data.phase];
  return ENDS[event.name] ?? (state === "started" && event.name !== "started" ? "stream" : undefined);
}

/** Find the row. A reader who missed a notice takes the transition that the event proves. */
function rowFor(state: State, trigger: string) {
  const rows = GENERATION.rows.filter((row) => row.trigger === trigger);
  return rows.find((row) => row.source === state) ?? (isEnd(trigger) ? rows[0] : undefined);
}

function isEnd(trigger: string): boolean {
  return Object.values(ENDS).includes(trigger);
}
