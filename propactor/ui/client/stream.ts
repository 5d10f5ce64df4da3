// Reads one generation's events, each once and in order, over as many connections as that takes.
import { Backoff, pause } from "./backoff";
import { EVENT_NAMES, type StreamEvent } from "./events";
import { type Frame, readFrames } from "./frames";
import { ask, isAbort, jsonPost, refusal, type Service, ServiceError } from "./http";

/** The body of a request for a generation; the fields are named as the service names them. */
export interface GenerationRequest {
  prompt: string;
  use_ai?: boolean;
  debug?: boolean;
  model?: string;
  on_disconnect?: "cancel" | "continue";
}

/** Where a stream comes from: a new request, whose idempotency key makes a repeat harmless, or a generation that exists. */
export type Origin = { request: GenerationRequest; key: string } | { requestId: string };

export type Connection =
  | { state: "asking" }
  | { state: "open" }
  | { state: "lost"; reason: string; tries: number }
  | { state: "closed" };

export interface Listener {
  onEvent(event: StreamEvent): void;
  onConnection?(connection: Connection): void;
}

/** How long a stream waits, and how often it tries again. */
export interface StreamOptions {
  /** Milliseconds without a byte after which a connection is taken for dead: the heartbeat comes every 15 s. */
  silenceMs: number;
  /** Milliseconds until the first byte of a new generation: `started` is sent at once, so something buffers it. */
  firstByteMs: number;
  /** How often in a row a lost stream is asked for again. */
  tries: number;
  backoff: () => Backoff;
}

export const DEFAULT_STREAM_OPTIONS: StreamOptions = {
  silenceMs: 40_000,
  firstByteMs: 6_000,
  tries: 9,
  backoff: () => new Backoff(),
};

/** Tries until the first event came. Fewer: no text is lost yet when they fail. */
const TRIES_BEFORE_START = 3;
const TRANSIENT_STATUSES = [502, 503, 504];
const KNOWN_EVENTS = new Set<string>(EVENT_NAMES);

/** The connection failed, and trying again may help. */
class ConnectionLost extends Error {}

export class GenerationStream {
  requestId: string | undefined;
  lastId = 0;
  private readonly stop = new AbortController();
  private readonly backoff: Backoff;
  private readonly options: StreamOptions;
  private done = false;

  constructor(
    private readonly service: Service,
    private readonly origin: Origin,
    private readonly listener: Listener,
    options: Partial<StreamOptions> = {},
  ) {
    this.options = { ...DEFAULT_STREAM_OPTIONS, ...options };
    this.backoff = this.options.backoff();
    if ("requestId" in origin) this.requestId = origin.requestId;
  }

  /** Stop reading. The generation goes on, for as long as the service lets it without a reader. */
  abort(): void {
    this.stop.abort();
  }

  /** Read to `done`; throws a `ServiceError` when that can't be had, and nothing when aborted. */
  async read(): Promise<void> {
    try {
      while (!this.done && !this.stop.signal.aborted) await this.tryOnce();
    } finally {
      this.listener.onConnection?.({ state: "closed" });
    }
  }

  private async tryOnce(): Promise<void> {
    try {
      await this.connect();
    } catch (reason) {
      if (this.stop.signal.aborted) return;
      if (reason instanceof ServiceError) throw reason;
      await this.recover(reason);
    }
  }

  private async recover(reason: unknown): Promise<void> {
    const limit = this.lastId ? this.options.tries : TRIES_BEFORE_START;
    if (this.backoff.failures >= limit) {
      throw new ServiceError("CONNECTION_LOST", "The connection was lost and did not come back.");
    }
    const tries = this.backoff.failures + 1;
    this.listener.onConnection?.({ state: "lost", reason: describe(reason), tries });
    await pause(this.backoff.next(), this.stop.signal, globalThis.window);
  }

  /** Open one connection and read it to its end. A stream that ends without `done` is a broken one. */
  private async connect(): Promise<void> {
    this.listener.onConnection?.({ state: "asking" });
    const watchdog = new Watchdog(this.stop.signal);
    try {
      watchdog.restart(this.firstTimeoutMs, this.firstTimeoutError);
      const response = await this.send(watchdog.signal);
      if (response.status === 204) this.done = true;
      else await this.readAnswer(await this.checked(response), watchdog);
    } catch (reason) {
      throw watchdog.error ?? reason;
    } finally {
      watchdog.stop();
    }
    if (!this.done) throw new ConnectionLost("the stream ended before its end");
  }

  private get firstTimeoutMs(): number {
    return this.lastId ? this.options.silenceMs : this.options.firstByteMs;
  }

  private get firstTimeoutError(): Error {
    const held = new ServiceError("STREAM_HELD_BACK", "Nothing of the stream arrived; something holds it back.");
    return this.requestId ? new ConnectionLost("nothing came for too long") : held;
  }

  /** Ask from the cursor on, or from the start, with an idempotency key that makes a second try harmless. */
  private send(signal: AbortSignal): Promise<Response> {
    const accept = { Accept: "text/event-stream" };
    if (this.requestId === undefined && "request" in this.origin) {
      const headers = { ...accept, "Idempotency-Key": this.origin.key };
      return ask(this.service, "generate-prop-stream", { ...jsonPost(this.origin.request, headers), signal });
    }
    const headers = this.lastId ? { ...accept, "Last-Event-ID": String(this.lastId) } : accept;
    return ask(this.service, `generations/${this.requestId}/events`, { headers, signal });
  }

  private async checked(response: Response): Promise<ReadableStream<Uint8Array>> {
    if (TRANSIENT_STATUSES.includes(response.status) && this.lastId) {
      throw new ConnectionLost(`the server answered ${response.status}`);
    }
    if (!response.ok) throw await refusal(response);
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/event-stream") || response.body === null) {
      throw new ServiceError("NO_STREAM", "What answered there is no event stream.", response.status);
    }
    this.listener.onConnection?.({ state: "open" });
    return response.body;
  }

  private async readAnswer(body: ReadableStream<Uint8Array>, watchdog: Watchdog): Promise<void> {
    await readFrames(body, {
      onBytes: () => watchdog.restart(this.options.silenceMs, new ConnectionLost("nothing came for too long")),
      onRetry: (milliseconds) => this.backoff.suggest(milliseconds),
      onFrame: (frame) => this.take(frame),
      isDone: () => this.done,
    });
  }

  /** Pass an event on, once. Notices to this reader alone have no id and don't move the cursor. */
  private take(frame: Frame): void {
    if (this.stop.signal.aborted || this.done || !KNOWN_EVENTS.has(frame.name)) return;
    const id = Number(frame.id ?? 0);
    if (id && id <= this.lastId) return;
    const event = { name: frame.name, data: JSON.parse(frame.data) } as StreamEvent;
    this.lastId = id || this.lastId;
    this.requestId = event.data.requestId;
    this.backoff.reset();
    this.done = event.name === "done";
    this.listener.onEvent(event);
  }
}

/** A watchdog for one connection: its signal aborts when the outer one does, or when nothing comes in time. */
class Watchdog {
  /** The error of the timeout that has fired. */
  error: Error | undefined;
  private readonly control = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly abort = () => this.control.abort();

  constructor(private readonly outer: AbortSignal) {
    outer.addEventListener("abort", this.abort);
  }

  get signal(): AbortSignal {
    return this.control.signal;
  }

  /** Start the timer anew; when it fires, `error` is what went wrong. */
  restart(timeoutMs: number, error: Error): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.error = error;
      this.control.abort();
    }, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener("abort", this.abort);
    this.control.abort(); // whoever stopped reading early lets go of the socket
  }
}

function describe(reason: unknown): string {
  if (reason instanceof ConnectionLost) return reason.message;
  return isAbort(reason) ? "the request was stopped" : "the connection failed";
}
