// The calls that aren't streams, and the check whether anything on the way buffers streams.
import type { PropPart, Result, State } from "./events";
import { readFrames } from "./frames";
import { ask, askJson, jsonPost, refusal, type Service } from "./http";
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
  return askJson(service, "generate-prop", { ...jsonPost(request, { "Idempotency-Key": key }), signal });
}

/** How a stream with known timing arrived; times in milliseconds. */
export interface BufferingReport {
  live: boolean;
  ticks: number;
  expected: number;
  heldBackMs: number;
}

/** One tick: when it was due and when it came, in milliseconds, and how many there shall be. */
interface Tick {
  due: number;
  came: number;
  of: number;
}

/** Read the service's timed stream and report whether anything on the way buffered it. */
export async function checkBuffering(service: Service, now: () => number = () => performance.now()): Promise<BufferingReport> {
  const response = await ask(service, "stream-check");
  if (!response.ok || response.body === null) throw await refusal(response);
  const ticks: Tick[] = [];
  await readFrames(response.body, {
    onFrame: ({ data }) => {
      const { of, dueMs } = JSON.parse(data) as { of: number; dueMs: number };
      ticks.push({ due: dueMs, came: now(), of });
    },
  });
  return measureBuffering(ticks);
}

/** Compare the distances between ticks: a buffer lets them come closer together, latency alone delays all alike. */
export function measureBuffering(ticks: readonly Tick[]): BufferingReport {
  const first = ticks[0];
  const last = ticks.at(-1);
  if (!first || !last) return { live: false, ticks: 0, expected: 0, heldBackMs: 0 };
  const heldBackMs = Math.max(0, last.due - first.due - (last.came - first.came));
  const complete = ticks.length === last.of;
  return { live: complete && heldBackMs < last.due / 2, ticks: ticks.length, expected: last.of, heldBackMs };
}
