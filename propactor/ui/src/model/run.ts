// The reducer: everything a page shows of one run, as a function of its events.
import type { Done, Events, PropPart, Result, StreamEvent } from "../../client";
import { add, EMPTY, addEvent, type Timeline } from "./entries";
import { advance, INITIAL, type MachineState } from "./machine";
import { sourceName } from "./notices";

export interface Run {
  requestId?: string;
  machine: MachineState;
  timeline: Timeline;
  /** What the model wrote so far. */
  text: string;
  /** The parts so far; a hole is one that was taken back. */
  parts: readonly (PropPart | null)[];
  /** Where events came from so far, in the order in which the sources first spoke. */
  sources: readonly string[];
  /** Milliseconds since the epoch, by the server's clock. */
  startedAt?: number;
  firstThoughtAt?: number;
  lastAt?: number;
  resumeUntil?: number;
  sessionKey?: string;
  result?: Omit<Result, "requestId" | "seq" | "ts">;
  error?: Events["error"];
  done?: Done;
}

export const NO_RUN: Run = { machine: INITIAL, timeline: EMPTY, text: "", parts: [], sources: [] };

/** Take events in, in order. */
export function reduce(run: Run, events: Iterable<StreamEvent>): Run {
  let now = run;
  for (const event of events) now = take(now, event);
  return now;
}

function take(run: Run, event: StreamEvent): Run {
  const seen = noteSource(run, event);
  const next: Run = {
    ...seen,
    requestId: event.data.requestId,
    lastAt: Math.max(run.lastAt ?? 0, event.data.ts),
    machine: advance(run.machine, event),
    timeline: addEvent(seen.timeline, event),
  };
  return { ...next, ...changesFrom(next, event) };
}

/** Return what an event changes beside the timeline. */
function changesFrom(run: Run, event: StreamEvent): Partial<Run> {
  switch (event.name) {
    case "started":
      return begin(event.data);
    case "thinking":
      return { firstThoughtAt: run.firstThoughtAt ?? event.data.ts };
    case "text_delta":
      return { text: event.data.replace ? event.data.delta : run.text + event.data.delta };
    case "part":
      return { parts: placed(run.parts, event.data.index, event.data.part) };
    case "result":
      return { result: event.data, parts: event.data.parts };
    case "error":
      return { error: event.data };
    case "done":
      return { done: event.data };
    default:
      return {};
  }
}

function begin({ ts, resumeUntil, sessionKey }: Events["started"]): Partial<Run> {
  return { startedAt: ts, resumeUntil, ...(sessionKey === undefined ? {} : { sessionKey }) };
}

function placed(parts: Run["parts"], index: number, part: PropPart | null): Run["parts"] {
  const next = parts.slice();
  while (next.length < index) next.push(null);
  next[index] = part;
  return next;
}

/** Note where events come from, and say so when another source joins in the middle of a run; once for each. */
function noteSource(run: Run, event: StreamEvent): Run {
  const source = "source" in event.data ? event.data.source : undefined;
  if (!source || run.sources.includes(source)) return run;
  const sources = [...run.sources, source];
  const before = run.sources.at(-1);
  if (!before) return { ...run, sources };
  const title = `Source switched from ${sourceName(before)} to ${sourceName(source)}`;
  const tone = source === "transcript" ? "plain" : "warn";
  const timeline = add(run.timeline, { type: "notice", tone, title, at: event.data.ts, raw: [] });
  return { ...run, sources, timeline };
}
