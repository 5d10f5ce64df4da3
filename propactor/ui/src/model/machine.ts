// Where a generation is, followed along the very table that the service runs.
import { GENERATION, type State, type StreamEvent } from "../../client";

/** Where it is, where it has been, and which ways it took. */
export interface Course {
  state: State;
  taken: readonly string[];
}

export const AT_START: Course = { state: GENERATION.initial, taken: [] };

const ENDS: Partial<Record<StreamEvent["name"], string>> = { result: "succeed", error: "fail", done: "close" };
const PHASES: Record<string, string> = { streaming: "stream", parsing_output: "parse", fallback: "fall_back" };

/** Name the way from one state to another. */
export function way(source: string, dest: string): string {
  return `${source}>${dest}`;
}

/** Take the step that an event stands for, if it stands for one. */
export function advance(course: Course, event: StreamEvent): Course {
  const trigger = triggerOf(event, course.state);
  const row = trigger && rowFor(course.state, trigger);
  if (!row) return course;
  const name = way(course.state, row.dest);
  const taken = course.taken.includes(name) ? course.taken : [...course.taken, name];
  return { state: row.dest, taken };
}

function triggerOf(event: StreamEvent, state: State): string | undefined {
  if (event.name === "progress") return PHASES[event.data.phase];
  return ENDS[event.name] ?? (state === "started" && event.name !== "started" ? "stream" : undefined);
}

/** Find the row; a reader who missed a notice takes the step that the event proves. */
function rowFor(state: State, trigger: string) {
  const rows = GENERATION.rows.filter((row) => row.trigger === trigger);
  return rows.find((row) => row.source === state) ?? (isEnd(trigger) ? rows[0] : undefined);
}

function isEnd(trigger: string): boolean {
  return Object.values(ENDS).includes(trigger);
}
