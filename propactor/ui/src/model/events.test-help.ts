// Events for tests, numbered and dated as they are made.
import type { EventName, Events, StreamEvent } from "../../client";

/** Makes events of one run, `apart` milliseconds from each other. */
export class Maker {
  seq = 0;

  constructor(private readonly apart = 10) {}

  make<K extends EventName>(name: K, data: Partial<Events[K]> = {}): StreamEvent {
    this.seq += 1;
    return { name, data: { requestId: "req_1", seq: this.seq, ts: 1000 + this.seq * this.apart, ...data } } as unknown as StreamEvent;
  }
}

export const BOX = { type: "box", position: [0, 0, 0], args: [1, 1, 1], color: "#ffffff", emissive: false } as const;
export const BALL = { type: "sphere", position: [0, 1, 0], args: [1], color: "#ff0000", emissive: true } as const;
