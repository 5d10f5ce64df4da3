// Exponential backoff with jitter: how long to wait before the next try.

export class Backoff {
  failures = 0;

  /**
   * @param first milliseconds of the first wait, at most; each failure doubles it
   * @param limit milliseconds that no wait exceeds
   * @param random the jitter, for tests
   */
  constructor(
    private first = 500,
    private readonly limit = 8000,
    private readonly random: () => number = Math.random,
  ) {}

  /** Count a failure and return the milliseconds to wait: half of it fixed, half by chance. */
  next(): number {
    const most = Math.min(this.limit, this.first * 2 ** this.failures++);
    return most / 2 + (most / 2) * this.random();
  }

  /** Begin anew after a success. */
  reset(): void {
    this.failures = 0;
  }

  /** Take the first wait from the server, which sends it as `retry:`. */
  suggest(milliseconds: number): void {
    this.first = Math.min(milliseconds, this.limit);
  }
}

/** Wait, or return early when the network comes back or the signal says to stop. */
export function pause(milliseconds: number, signal: AbortSignal, wake?: EventTarget): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      wake?.removeEventListener("online", finish);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    wake?.addEventListener("online", finish);
    signal.addEventListener("abort", finish);
  });
}
