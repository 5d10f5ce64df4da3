// Formats numbers, spans and moments for people.

/** Say a time span: `0.4 s`, `12.3 s`, `2 min 05 s`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const rest = Math.floor(seconds % 60);
  return `${Math.floor(seconds / 60)} min ${String(rest).padStart(2, "0")} s`;
}

export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Say when something was, in this reader's own clock. */
export function moment(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
