// One generation's events, each once and in order, over as many connections as that takes.
import { Backoff, pause } from "./backoff";
import { EVENT_NAMES, type StreamEvent } from "./events";
import { type Frame, readFrames } from "./frames";
import { ask, isAbort, posting, refusal, type Service, ServiceError } from "./http";

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

export interface Patience {
  /** Milliseconds without a byte after which a connection is taken for dead: the heartbeat comes every 15 s. */
  silenceMs: number;
  /** Milliseconds until the first byte of a new generation; `started` is sent at once, so who has it? */
  firstByteMs: number;
  /** How often in a row a lost stream is asked for again. */
  tries: number;
  backoff: () => Backoff;
}

export const PATIENCE: Patience = {
  silenceMs: 40_000,
  firstByteMs: 6_000,
  tries: 9,
  backoff: () => new Backoff(),
};

const TRIES_AT_FIRST = 3;
const PASSING = [502, 503, 504];
const KNOWN = new Set<string>(EVENT_NAMES);

/** The connection failed, in a way that trying again may mend. */
class Lost extends Error {}

export class GenerationStream {
  requestId: string | undefined;
  lastId = 0;
  private readonly stop = new AbortController();
  private readonly backoff: Backoff;
  private readonly patience: Patience;
  private done = false;

  constructor(
    private readonly service: Service,
    private readonly origin: Origin,
    private readonly listener: Listener,
    patience: Partial<Patience> = {},
  ) {
    this.patience = { ...PATIENCE, ...patience };
    this.backoff = this.patience.backoff();
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
    const most = this.lastId ? this.patience.tries : TRIES_AT_FIRST;
    if (this.backoff.failures >= most) {
      throw new ServiceError("CONNECTION_LOST", "The connection was lost and did not come back.");
    }
    const tries = this.backoff.failures + 1;
    this.listener.onConnection?.({ state: "lost", reason: wordsOf(reason), tries });
    await pause(this.backoff.next(), this.stop.signal, globalThis.window);
  }

  /** Ask, and read what one connection brings. A stream that ends without `done` is a broken one. */
  private async connect(): Promise<void> {
    this.listener.onConnection?.({ state: "asking" });
    const watch = new Watch(this.stop.signal);
    try {
      watch.expect(this.firstWait, this.firstWord);
      const response = await this.send(watch.signal);
      if (response.status === 204) this.done = true;
      else await this.readAnswer(await this.checked(response), watch);
    } catch (reason) {
      throw watch.reason ?? reason;
    } finally {
      watch.end();
    }
    if (!this.done) throw new Lost("the stream ended before its end");
  }

  private get firstWait(): number {
    return this.lastId ? this.patience.silenceMs : this.patience.firstByteMs;
  }

  private get firstWord(): Error {
    const held = new ServiceError("STREAM_HELD_BACK", "Nothing of the stream arrived; something holds it back.");
    return this.requestId ? new Lost("nothing came for too long") : held;
  }

  /** Ask from our place on, or from the start, under a key that makes a second try harmless. */
  private send(signal: AbortSignal): Promise<Response> {
    const accept = { Accept: "text/event-stream" };
    if (this.requestId === undefined && "request" in this.origin) {
      const headers = { ...accept, "Idempotency-Key": this.origin.key };
      return ask(this.service, "generate-prop-stream", { ...posting(this.origin.request, headers), signal });
    }
    const headers = this.lastId ? { ...accept, "Last-Event-ID": String(this.lastId) } : accept;
    return ask(this.service, `generations/${this.requestId}/events`, { headers, signal });
  }

  private async checked(response: Response): Promise<ReadableStream<Uint8Array>> {
    if (PASSING.includes(response.status) && this.lastId) throw new Lost(`the server answered ${response.status}`);
    if (!response.ok) throw await refusal(response);
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/event-stream") || response.body === null) {
      throw new ServiceError("NO_STREAM", "What answered there is no event stream.", response.status);
    }
    this.listener.onConnection?.({ state: "open" });
    return response.body;
  }

  private async readAnswer(body: ReadableStream<Uint8Array>, watch: Watch): Promise<void> {
    await readFrames(body, {
      onBytes: () => watch.expect(this.patience.silenceMs, new Lost("nothing came for too long")),
      onRetry: (milliseconds) => this.backoff.suggest(milliseconds),
      onFrame: (frame) => this.take(frame),
      enough: () => this.done,
    });
  }

  /** Pass an event on, once. Notices to this reader alone have no id and leave our place where it is. */
  private take(frame: Frame): void {
    if (this.stop.signal.aborted || this.done || !KNOWN.has(frame.name)) return;
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

/** A signal for one connection: it also rings when something expected doesn't come. */
class Watch {
  reason: Error | undefined;
  private readonly control = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly pass = () => this.control.abort();

  constructor(private readonly outer: AbortSignal) {
    outer.addEventListener("abort", this.pass);
  }

  get signal(): AbortSignal {
    return this.control.signal;
  }

  expect(within: number, otherwise: Error): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reason = otherwise;
      this.control.abort();
    }, within);
  }

  end(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener("abort", this.pass);
    this.control.abort(); // whoever stopped reading early lets go of the socket
  }
}

function wordsOf(reason: unknown): string {
  if (reason instanceof Lost) return reason.message;
  return isAbort(reason) ? "the request was stopped" : "the connection failed";
}
