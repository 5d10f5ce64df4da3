// Batches events: what comes within an animation frame is passed on together.

/** Runs work with the next animation frame; a hidden page gets no frames, so a timer runs it. */
export type Schedule = (work: () => void) => void;

const HIDDEN_MS = 250;

export const withFrame: Schedule = (work) => {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    work();
  };
  const timer = setTimeout(once, HIDDEN_MS);
  const frame = requestAnimationFrame(once);
};

export class Batch<T> {
  private items: T[] = [];

  constructor(
    private readonly take: (items: T[]) => void,
    private readonly schedule: Schedule = withFrame,
  ) {}

  push(item: T): void {
    this.items.push(item);
    if (this.items.length === 1) this.schedule(() => this.flush());
  }

  /** Pass on what is buffered, now. */
  flush(): void {
    const items = this.items;
    this.items = [];
    if (items.length) this.take(items);
  }
}
