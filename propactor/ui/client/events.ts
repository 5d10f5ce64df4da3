// Made from the Python classes by `propactor schema`; a test compares. Edit those, not this.

/** What every event carries; `seq` is also the id of its frame, `ts` is in milliseconds. */
export interface Envelope {
  requestId: string;
  seq: number;
  ts: number;
}

/** One mesh: a three.js geometry with its constructor arguments, in metres and radians. */
export interface PropPart {
  type: string;
  position: readonly [number, number, number];
  args: readonly number[];
  color: string;
  emissive: boolean;
  rotation?: readonly [number, number, number];
}

/** What a person should know about the model's output; `index` is the part's, if it is about one. */
export interface Diagnostic {
  code: string;
  message: string;
  index?: number;
}

/** Why the template had to step in. */
export interface FallbackReason {
  code: string;
  message: string;
}

/** What the stream was made of. */
export interface Stats {
  events: number;
  coalescedDeltas: number;
  droppedPreviews: number;
  gaps: number;
  textChars: number;
  parts: number;
  upstreamSwitches: number;
}

/** The generation exists; nothing has been asked of an upstream yet. Always the first event. */
export interface Started extends Envelope {
  jobId: string;
  eventsUrl: string;
  stateUrl: string;
  resumeUntil: number;
  sessionKey?: string;
}

/** A piece of the model's thoughts; pieces with the same `blockId` belong together, in order. */
export interface Thinking extends Envelope {
  kind: "thinking";
  message: string;
  blockId: string;
  source?: "gateway" | "transcript" | "model" | "template";
  raw?: unknown;
}

/** The model uses a tool. The preview of its input is short and redacted. */
export interface ToolCall extends Envelope {
  kind: "tool_call";
  toolName: string;
  toolCallId: string;
  status: "started";
  inputPreview?: string;
  source?: "gateway" | "transcript" | "model" | "template";
  raw?: unknown;
}

/** A tool came back, `ok` or with an `error`. The preview of its output is short and redacted. */
export interface ToolResult extends Envelope {
  kind: "tool_result";
  toolName: string;
  toolCallId: string;
  status: "ok" | "error";
  outputPreview?: string;
  source?: "gateway" | "transcript" | "model" | "template";
  raw?: unknown;
}

/** The next piece of the model's text: joined, the pieces are the text, exactly. The messages of one run are separated by a blank line. With `replace` the text starts over. `accumulatedChars` counts Unicode code points. */
export interface TextDelta extends Envelope {
  kind: "text_delta";
  delta: string;
  accumulatedChars: number;
  replace?: boolean;
  source?: "gateway" | "transcript" | "model" | "template";
  raw?: unknown;
}

/** A part of the prop whose text is complete and valid, while the model still writes. `index` is its place in the list. With `superseded` it replaces what was sent under this index before; `part` is then null when nothing takes its place. */
export interface Part extends Envelope {
  index: number;
  part: PropPart | null;
  superseded?: boolean;
  source?: "gateway" | "transcript" | "model" | "template";
}

/** A milestone or a notice; `phase` says which. Only the fields that fit the phase are there. */
export interface Progress extends Envelope {
  phase: string;
  percent?: number;
  position?: number;
  silentMs?: number;
  limitMs?: number;
  limit?: number;
  dropped?: number;
  reason?: string;
  message?: string;
  source?: "gateway" | "transcript" | "model" | "template";
  raw?: unknown;
}

/** The finished prop. `method` says honestly whether a model made it. */
export interface Result extends Envelope {
  name: string;
  filename: string;
  code: string;
  parts: readonly PropPart[];
  method: "ai" | "template";
  diagnostics: readonly Diagnostic[];
  fallbackReason?: FallbackReason;
}

/** The generation failed. `done` follows. */
export interface Error extends Envelope {
  code: string;
  message: string;
  recoverable: boolean;
  retryAfterMs?: number;
  phase?: string;
}

/** The end of the stream, always and once. `upstreamCancel` says whether a stop was confirmed. */
export interface Done extends Envelope {
  ok: boolean;
  durationMs: number;
  stats: Stats;
  upstreamCancel?: "confirmed" | "unconfirmed";
}

/** The events by their names on the wire. */
export interface Events {
  started: Started;
  thinking: Thinking;
  tool_call: ToolCall;
  tool_result: ToolResult;
  text_delta: TextDelta;
  part: Part;
  progress: Progress;
  result: Result;
  error: Error;
  done: Done;
}

export type EventName = keyof Events;

/** One event with its name. */
export type StreamEvent = { [K in EventName]: { name: K; data: Events[K] } }[EventName];

export const EVENT_NAMES: readonly EventName[] = [
  "started",
  "thinking",
  "tool_call",
  "tool_result",
  "text_delta",
  "part",
  "progress",
  "result",
  "error",
  "done",
];

export const ERROR_CODES = [
  "CANCELLED",
  "CURSOR_EXPIRED",
  "GATEWAY_REFUSED",
  "GATEWAY_UNAVAILABLE",
  "GEN_TIMEOUT",
  "IDEMPOTENCY_CONFLICT",
  "INTERNAL_ERROR",
  "INVALID_FIELDS",
  "INVALID_MODEL_OUTPUT",
  "INVALID_REQUEST",
  "NOT_FOUND",
  "REQUEST_TOO_LARGE",
  "SERVICE_STOPPING",
  "TAILER_IO_ERROR",
  "TOO_MANY_GENERATIONS",
  "UNAUTHORIZED",
  "UNSUPPORTED_MEDIA_TYPE",
  "UPSTREAM_ERROR",
] as const;

export type State = "started" | "streaming" | "parsing" | "result" | "error" | "done";

/** What can happen to a generation: the very table that the service runs. */
export const GENERATION: {
  initial: State;
  final: State;
  rows: readonly { trigger: string; source: State; dest: State }[];
} = {
  initial: "started",
  final: "done",
  rows: [
    { trigger: "stream", source: "started", dest: "streaming" },
    { trigger: "parse", source: "started", dest: "parsing" },
    { trigger: "parse", source: "streaming", dest: "parsing" },
    { trigger: "fall_back", source: "started", dest: "streaming" },
    { trigger: "fall_back", source: "streaming", dest: "streaming" },
    { trigger: "fall_back", source: "parsing", dest: "streaming" },
    { trigger: "succeed", source: "parsing", dest: "result" },
    { trigger: "fail", source: "started", dest: "error" },
    { trigger: "fail", source: "streaming", dest: "error" },
    { trigger: "fail", source: "parsing", dest: "error" },
    { trigger: "close", source: "result", dest: "done" },
    { trigger: "close", source: "error", dest: "done" },
  ],
};
