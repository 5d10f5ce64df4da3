// One page's generation: begun, followed, waited for, cancelled. A store that React can read.
import {
  cancel,
  type Connection,
  generate,
  type GenerationRequest,
  GenerationStream,
  newKey,
  type Origin,
  type PlainResult,
  type Service,
  ServiceError,
  type StreamEvent,
  type StreamOptions,
} from "../../client";
import { add } from "../model/entries";
import { NO_RUN, reduce } from "../model/run";
import { Batch, type Schedule, withFrame } from "./batch";
import { SWITCHED_OFF, whyWait } from "./fallback";
import { IDLE, isBusy, type View } from "./view";

export interface Options {
  schedule?: Schedule;
  stream?: Partial<StreamOptions>;
  now?: () => number;
  /** A generation has got its name. */
  onStarted?: (requestId: string) => void;
  /** A generation is over, well or not. */
  onEnded?: (view: View) => void;
}

export class Session {
  private view: View = IDLE;
  private events: StreamEvent[] = [];
  private stream: GenerationStream | undefined;
  private waiting: AbortController | undefined;
  private turn = 0;
  private readonly listeners = new Set<() => void>();
  private readonly now: () => number;

  constructor(
    private readonly service: Service,
    private readonly options: Options = {},
  ) {
    this.now = options.now ?? (() => performance.now());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): View => this.view;

  /** Begin a generation once it is known whether it may be streamed; whatever was shown before is left alone. */
  async generate(request: GenerationRequest, streaming: boolean | Promise<boolean>): Promise<void> {
    const turn = this.begin({ request });
    const key = newKey();
    const streams = await streaming;
    if (!this.is(turn)) return; // cancelled, or replaced, before anything was sent
    if (!streams) return this.wait(turn, request, key, SWITCHED_OFF);
    return this.run(turn, { request, key });
  }

  /** Show a generation that there is: everything so far, then live. */
  async follow(requestId: string, request?: GenerationRequest): Promise<void> {
    return this.run(this.begin(request ? { request } : {}), { requestId });
  }

  /** Show a prop that is there already. */
  show(result: PlainResult, request?: GenerationRequest): void {
    this.begin(request ? { request } : {});
    const shown = { ...result, diagnostics: result.diagnostics ?? [] };
    this.set({ phase: "ended", run: { ...NO_RUN, result: shown, parts: result.parts } });
  }

  /** Show nothing. */
  clear(): void {
    this.close();
    this.events = [];
    this.view = IDLE;
    this.tell();
  }

  /** Ask for the end; the stream then says how it came. */
  async cancel(): Promise<void> {
    if (!isBusy(this.view) || this.view.cancelling) return;
    this.set({ cancelling: true });
    const requestId = this.stream?.requestId;
    if (this.waiting || !requestId) return this.giveUp();
    await cancel(this.service, requestId).catch(() => this.set({ cancelling: false }));
  }

  /** Stop reading, and forget who listens no more. */
  close(): void {
    this.turn += 1;
    this.stream?.abort();
    this.waiting?.abort();
    this.stream = this.waiting = undefined;
  }

  private begin(fresh: Partial<View>): number {
    this.close();
    this.events = [];
    // The prop before stays in sight until there is something new to see: see `ShownViewport`.
    this.view = { ...IDLE, phase: "asking", heardAt: this.now(), events: this.events, ...fresh };
    this.tell();
    return this.turn;
  }

  private async run(turn: number, origin: Origin): Promise<void> {
    const batch = new Batch<StreamEvent>((events) => this.take(turn, events), this.options.schedule ?? withFrame);
    const listener = {
      onEvent: (event: StreamEvent) => batch.push(event),
      onConnection: (connection: Connection) => this.is(turn) && this.set({ connection }),
    };
    this.stream = new GenerationStream(this.service, origin, listener, this.options.stream);
    try {
      await this.stream.read();
      batch.flush();
      this.end(turn, "ended");
    } catch (error) {
      batch.flush();
      await this.recover(turn, origin, error);
    }
  }

  /** Wait for the finished prop where a stream can't be had; the same key makes it the same generation. */
  private async recover(turn: number, origin: Origin, error: unknown): Promise<void> {
    if (!(error instanceof ServiceError)) throw error;
    const reason = "request" in origin && !this.events.length ? whyWait(error) : undefined;
    if (reason && "request" in origin) return this.wait(turn, origin.request, origin.key, reason);
    this.end(turn, "failed", error);
  }

  private take(turn: number, events: StreamEvent[]): void {
    if (!this.is(turn)) return;
    const first = this.events.length === 0;
    this.events.push(...events);
    this.set({ phase: "live", run: reduce(this.view.run, events), heardAt: this.now() });
    if (first && events[0]) this.options.onStarted?.(events[0].data.requestId);
  }

  private async wait(turn: number, request: GenerationRequest, key: string, note: string): Promise<void> {
    if (!this.is(turn)) return;
    this.waiting = new AbortController();
    const startedAt = Date.now();
    const timeline = add(NO_RUN.timeline, { type: "notice", tone: "warn", title: note, at: startedAt, raw: [] });
    this.set({ phase: "waiting", note, run: { ...NO_RUN, startedAt, timeline }, heardAt: this.now() });
    try {
      this.receive(turn, await generate(this.service, request, key, this.waiting.signal));
    } catch (error) {
      if (error instanceof ServiceError) this.end(turn, "failed", error);
    }
  }

  private receive(turn: number, answer: PlainResult): void {
    if (!this.is(turn)) return;
    const result = { ...answer, diagnostics: answer.diagnostics ?? [] };
    this.set({ run: { ...this.view.run, result, parts: answer.parts, lastAt: Date.now() } });
    this.end(turn, "ended");
  }

  private giveUp(): void {
    this.close();
    const failure = new ServiceError("CANCELLED", "You stopped waiting for it.");
    this.set({ phase: "failed", failure, connection: { state: "closed" }, cancelling: false });
  }

  private end(turn: number, phase: "ended" | "failed", failure?: ServiceError): void {
    if (!this.is(turn)) return;
    this.set({ phase, cancelling: false, connection: { state: "closed" }, ...(failure ? { failure } : {}) });
    this.options.onEnded?.(this.view);
  }

  private is(turn: number): boolean {
    return turn === this.turn;
  }

  private set(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
