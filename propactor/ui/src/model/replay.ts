// The replay of a finished run: the same events, at the times at which they came.
import type { StreamEvent } from "../../client";
import { NO_RUN, reduce, type Run } from "./run";

/** Return how long a run was, in milliseconds. */
export function lengthOf(events: readonly StreamEvent[]): number {
  return timeOf(events, events.length - 1);
}

/** Return when an event came, after the first. Time never runs backwards. */
function timeOf(events: readonly StreamEvent[], index: number): number {
  return Math.max(0, (events[index]?.data.ts ?? 0) - (events[0]?.data.ts ?? 0));
}

/** Return how many events had come by a time. */
export function countAt(events: readonly StreamEvent[], milliseconds: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(events, middle) <= milliseconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Shows a run at any time. Going on from where it is costs only what is new. */
export class Replay {
  private count = 0;
  private run: Run = NO_RUN;

  constructor(private readonly events: readonly StreamEvent[]) {}

  at(milliseconds: number): Run {
    const count = countAt(this.events, milliseconds);
    if (count < this.count) [this.count, this.run] = [0, NO_RUN];
    this.run = reduce(this.run, this.events.slice(this.count, count));
    this.count = count;
    return this.run;
  }
}
