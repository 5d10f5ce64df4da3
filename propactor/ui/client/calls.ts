// The calls that aren't streams, and the look at what becomes of streams on the way.
import type { PropPart, Result, State } from "./events";
import { readFrames } from "./frames";
import { ask, askJson, posting, refusal, type Service } from "./http";
import type { GenerationRequest } from "./stream";

export interface Config {
  CREATOR_PROP_STREAMING: boolean;
  rawPayloads: boolean;
  limits: { promptChars: number; totalSeconds: number; retainSeconds: number };
  version: string;
}

export interface Model {
  key: string;
  name: string;
  upstream: string;
  default?: boolean;
}

export interface Snapshot {
  requestId: string;
  state: State;
  createdAt: number;
  durationMs: number;
  resumeUntil: number;
  finishedAt?: number;
}

/** What the call that waits answers: the prop, without a stream around it. */
export type PlainResult = Pick<Result, "name" | "filename" | "code" | "method"> &
  Partial<Pick<Result, "diagnostics" | "fallbackReason">> & { parts: readonly PropPart[] };

export function getConfig(service: Service, signal?: AbortSignal): Promise<Config> {
  return askJson(service, "config", signal ? { signal } : {});
}

export async function getModels(service: Service, signal?: AbortSignal): Promise<Model[]> {
  const answer = await askJson<{ models: Model[] }>(service, "models", signal ? { signal } : {});
  return answer.models;
}

export function getSnapshot(service: Service, requestId: string): Promise<Snapshot> {
  return askJson(service, `generations/${encodeURIComponent(requestId)}`);
}

/** Ask for the end of a generation, at its upstream too. Its stream says how that went. */
export function cancel(service: Service, requestId: string): Promise<unknown> {
  return askJson(service, `generations/${encodeURIComponent(requestId)}`, { method: "DELETE" });
}

/** Generate without a stream: one answer, at the end. The key attaches it to a stream that was begun. */
export function generate(
  service: Service,
  request: GenerationRequest,
  key: string,
  signal: AbortSignal,
): Promise<PlainResult> {
  return askJson(service, "generate-prop", { ...posting(request, { "Idempotency-Key": key }), signal });
}

/** What became of a stream with known timing; times in milliseconds. */
export interface Passage {
  live: boolean;
  ticks: number;
  expected: number;
  heldBackMs: number;
}

interface Tick {
  of: number;
  dueMs: number;
}

/** Read the service's timed stream and tell whether its timing survived the way here. */
export async function checkPassage(service: Service, now: () => number = () => performance.now()): Promise<Passage> {
  const response = await ask(service, "stream-check");
  if (!response.ok || response.body === null) throw await refusal(response);
  const heard: { due: number; came: number; of: number }[] = [];
  await readFrames(response.body, {
    onFrame: ({ data }) => {
      const { of, dueMs } = JSON.parse(data) as Tick;
      heard.push({ due: dueMs, came: now(), of });
    },
  });
  return judge(heard);
}

/** Held back, ticks come closer together than they were sent; latency alone delays all of them alike. */
export function judge(heard: readonly { due: number; came: number; of: number }[]): Passage {
  const first = heard[0];
  const last = heard.at(-1);
  if (!first || !last) return { live: false, ticks: 0, expected: 0, heldBackMs: 0 };
  const heldBackMs = Math.max(0, last.due - first.due - (last.came - first.came));
  const complete = heard.length === last.of;
  return { live: complete && heldBackMs < last.due / 2, ticks: heard.length, expected: last.of, heldBackMs };
}
