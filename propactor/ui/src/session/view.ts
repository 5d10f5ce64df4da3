// The view model of a page: everything that is shown of one generation.
import type { Connection, GenerationRequest, ServiceError, StreamEvent } from "../../client";
import { NO_RUN, type Run } from "../model/run";

/** `waiting` is for the finished prop, without a stream. */
export type Phase = "idle" | "asking" | "live" | "waiting" | "ended" | "failed";

export interface View {
  phase: Phase;
  connection: Connection;
  run: Run;
  /** All events so far, for the replay. The array grows in place; its length is part of `run`. */
  events: readonly StreamEvent[];
  request?: GenerationRequest;
  /** Why there is no stream, in words. */
  note?: string;
  failure?: ServiceError;
  cancelling: boolean;
  /** When the last event came or the phase changed, by `performance.now()`; for the time since then. */
  updatedAt: number;
}

export const IDLE: View = {
  phase: "idle",
  connection: { state: "closed" },
  run: NO_RUN,
  events: [],
  cancelling: false,
  updatedAt: 0,
};

const BUSY: readonly Phase[] = ["asking", "live", "waiting"];

export function isBusy(view: View): boolean {
  return BUSY.includes(view.phase);
}

/** Tell whether events arrive now: the connection is open and the run has not ended. */
export function isLive(view: View): boolean {
  return view.phase === "live" && view.connection.state === "open" && view.run.machine.state !== "done";
}
