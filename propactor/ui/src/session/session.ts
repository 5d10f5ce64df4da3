// The session of one page: it begins, follows and cancels a generation. A store that React can read.
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
import { fallbackNote, SWITCHED_OFF } from "./fallback";
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
  /** Counts generations: answers to an earlier one are ignored. */
  private epoch = 0;
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
    const epoch = this.begin({ request });
    const key = newKey();
    const streams = await streaming;
    if (!this.isCurrent(epoch)) return; // cancelled, or replaced, before anything was sent
    if (!streams) return this.wait(epoch, request, key, SWITCHED_OFF);
    return this.run(epoch, { request, key });
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
    this.notify();
  }

  /** Ask for the end; the stream then says how it came. */
  async cancel(): Promise<void> {
    if (!isBusy(this.view) || this.view.cancelling) return;
    this.set({ cancelling: true });
    const requestId = this.stream?.requestId;
    if (this.waiting || !requestId) return this.stopWaiting();
    await cancel(this.service, requestId).catch(() => this.set({ cancelling: false }));
  }

  /** Stop reading and waiting. What still arrives belongs to an earlier epoch, and is ignored. */
  close(): void {
    this.epoch += 1;
    this.stream?.abort();
    this.waiting?.abort();
    this.stream = this.waiting = undefined;
  }

  private begin(fresh: Partial<View>): number {
    this.close();
    this.events = [];
    // The prop before stays in sight until there is something new to see: see `PropViewport`.
    this.view = { ...IDLE, phase: "asking", updatedAt: this.now(), events: this.events, ...fresh };
    this.notify();
    return this.epoch;
  }

  private async run(epoch: number, origin: Origin): Promise<void> {
    const batch = new Batch<StreamEvent>((events) => this.take(epoch, events), this.options.schedule ?? withFrame);
    const listener = {
      onEvent: (event: StreamEvent) => batch.push(event),
      onConnection: (connection: Connection) => this.isCurrent(epoch) && this.set({ connection }),
    };
    this.stream = new GenerationStream(this.service, origin, listener, this.options.stream);
    try {
      await this.stream.read();
      batch.flush();
      this.end(epoch, "ended");
    } catch (error) {
      batch.flush();
      await this.recover(epoch, origin, error);
    }
  }

  /** Wait for the finished prop where a stream can't be had; the same key makes it the same generation. */
  private async recover(epoch: number, origin: Origin, error: unknown): Promise<void> {
    if (!(error instanceof ServiceError)) throw error;
    const reason = "request" in origin && !this.events.length ? fallbackNote(error) : undefined;
    if (reason && "request" in origin) return this.wait(epoch, origin.request, origin.key, reason);
    this.end(epoch, "failed", error);
  }

  private take(epoch: number, events: StreamEvent[]): void {
    if (!this.isCurrent(epoch)) return;
    const first = this.events.length === 0;
    this.events.push(...events);
    this.set({ phase: "live", run: reduce(this.view.run, events), updatedAt: this.now() });
    if (first && events[0]) this.options.onStarted?.(events[0].data.requestId);
  }

  private async wait(epoch: number, request: GenerationRequest, key: string, note: string): Promise<void> {
    if (!this.isCurrent(epoch)) return;
    this.waiting = new AbortController();
    const startedAt = Date.now();
    const timeline = add(NO_RUN.timeline, { type: "notice", tone: "warn", title: note, at: startedAt, raw: [] });
    this.set({ phase: "waiting", note, run: { ...NO_RUN, startedAt, timeline }, updatedAt: this.now() });
    try {
      this.receive(epoch, await generate(this.service, request, key, this.waiting.signal));
    } catch (error) {
      if (error instanceof ServiceError) this.end(epoch, "failed", error);
    }
  }

  private receive(epoch: number, answer: PlainResult): void {
    if (!this.isCurrent(epoch)) return;
    const result = { ...answer, diagnostics: answer.diagnostics ?? [] };
    this.set({ run: { ...this.view.run, result, parts: answer.parts, lastAt: Date.now() } });
    this.end(epoch, "ended");
  }

  private stopWaiting(): void {
    this.close();
    const failure = new ServiceError("CANCELLED", "You stopped waiting for it.");
    this.set({ phase: "failed", failure, connection: { state: "closed" }, cancelling: false });
  }

  private end(epoch: number, phase: "ended" | "failed", failure?: ServiceError): void {
    if (!this.isCurrent(epoch)) return;
    this.set({ phase, cancelling: false, connection: { state: "closed" }, ...(failure ? { failure } : {}) });
    this.options.onEnded?.(this.view);
  }

  private isCurrent(epoch: number): boolean {
    return epoch === this.epoch;
  }

  private set(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}
