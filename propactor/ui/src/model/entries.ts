// The entries of the thinking panel: events, grouped into what a person would call one thing.
import type { StreamEvent, TextDelta, Thinking, ToolCall, ToolResult } from "../../client";
import { type Tone, wording } from "./notices";

interface Base {
  /** Unique within a run, and stable: what React knows an entry by. */
  key: number;
  /** When it began, in milliseconds since the epoch. */
  at: number;
  /** Raw payloads, where the server sends them; the last few. */
  raw: readonly unknown[];
}

export interface Thought extends Base {
  type: "thought";
  blockId: string;
  text: string;
}

export interface Tool extends Base {
  type: "tool";
  id: string;
  name: string;
  status: "running" | "ok" | "error";
  input?: string | undefined;
  output?: string | undefined;
  endedAt?: number;
}

export interface Writing extends Base {
  type: "writing";
  chars: number;
  lines: number;
}

export interface Notice extends Base {
  type: "notice";
  tone: Tone;
  title: string;
  detail?: string;
}

export type Entry = Thought | Tool | Writing | Notice;

/** The latest entries; `dropped` counts those that were before them, `total` all there ever were. */
export interface Timeline {
  entries: readonly Entry[];
  dropped: number;
  total: number;
}

export const MOST_ENTRIES = 200;
const MOST_RAW = 20;
export const EMPTY: Timeline = { entries: [], dropped: 0, total: 0 };

type NewEntry = Entry extends infer E ? (E extends Entry ? Omit<E, "key"> : never) : never;

/** Take an event into the timeline. Some events are not for it. */
export function addEvent(timeline: Timeline, event: StreamEvent): Timeline {
  switch (event.name) {
    case "thinking":
      return think(timeline, event.data);
    case "tool_call":
      return callTool(timeline, event.data);
    case "tool_result":
      return returnTool(timeline, event.data);
    case "text_delta":
      return write(timeline, event.data);
    case "progress":
      return add(timeline, { type: "notice", at: event.data.ts, raw: rawOf(event.data), ...wording(event.data) });
    case "error":
      return add(timeline, { type: "notice", at: event.data.ts, raw: [], tone: "bad", title: event.data.message, detail: event.data.code });
    default:
      return timeline;
  }
}

/** Append an entry; the oldest go when there are too many. */
export function add(timeline: Timeline, entry: NewEntry): Timeline {
  const entries = [...timeline.entries, { ...entry, key: timeline.total } as Entry];
  const excess = Math.max(0, entries.length - MOST_ENTRIES);
  return { entries: entries.slice(excess), dropped: timeline.dropped + excess, total: timeline.total + 1 };
}

function think(timeline: Timeline, event: Thinking): Timeline {
  const known = lastIndex(timeline, (entry) => entry.type === "thought" && entry.blockId === event.blockId);
  const old = timeline.entries[known] as Thought | undefined;
  if (!old) return add(timeline, { type: "thought", blockId: event.blockId, text: event.message, at: event.ts, raw: rawOf(event) });
  return put(timeline, known, { ...old, text: old.text + event.message, raw: more(old, event.raw) });
}

function callTool(timeline: Timeline, event: ToolCall): Timeline {
  return add(timeline, {
    type: "tool",
    id: event.toolCallId,
    name: event.toolName,
    status: "running",
    input: event.inputPreview,
    at: event.ts,
    raw: rawOf(event),
  });
}

/** Put a result under its call; one whose call is gone, or never came, stands alone. */
function returnTool(timeline: Timeline, event: ToolResult): Timeline {
  const called = lastIndex(timeline, (entry) => entry.type === "tool" && entry.id === event.toolCallId);
  const result = { status: event.status, output: event.outputPreview, endedAt: event.ts };
  const old = timeline.entries[called] as Tool | undefined;
  if (old) return put(timeline, called, { ...old, ...result, raw: more(old, event.raw) });
  const { toolCallId: id, toolName: name, ts: at } = event;
  return add(timeline, { type: "tool", id, name, at, raw: rawOf(event), ...result });
}

/** Count text. What the model does in between begins a new entry, as does text that starts over; notices don't. */
function write(timeline: Timeline, event: TextDelta): Timeline {
  const { delta, ts: at, raw, replace } = event;
  const lines = delta.split("\n").length - 1;
  const latest = lastIndex(timeline, (entry) => entry.type !== "notice");
  const old = timeline.entries[latest];
  if (replace || old?.type !== "writing") {
    return add(timeline, { type: "writing", chars: delta.length, lines, at, raw: rawOf(event) });
  }
  return put(timeline, latest, { ...old, chars: old.chars + delta.length, lines: old.lines + lines, raw: more(old, raw) });
}

function put(timeline: Timeline, index: number, entry: Entry): Timeline {
  return { ...timeline, entries: timeline.entries.with(index, entry) };
}

function lastIndex(timeline: Timeline, wanted: (entry: Entry) => boolean): number {
  return timeline.entries.findLastIndex(wanted);
}

function rawOf(event: { raw?: unknown }): readonly unknown[] {
  return event.raw === undefined ? [] : [event.raw];
}

function more(entry: Entry, raw: unknown): readonly unknown[] {
  return raw === undefined ? entry.raw : [...entry.raw, raw].slice(-MOST_RAW);
}
