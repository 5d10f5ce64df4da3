// When a stream can't be had, why, and what that is in words.
import type { ServiceError } from "../../client";

/** Codes of a service that works and says no: its other call would say the same. */
const FINAL = new Set(["GATEWAY_UNAVAILABLE", "SERVICE_STOPPING", "UNAUTHORIZED", "CONNECTION_LOST"]);

export const SWITCHED_OFF = "Streaming is switched off on this service; waiting for the finished prop.";

/** Return why to wait for the finished prop instead, or nothing when waiting would not help either. */
export function whyWait(error: ServiceError): string | undefined {
  if (FINAL.has(error.code)) return undefined;
  if (error.code === "STREAM_HELD_BACK" || error.code === "NO_STREAM") {
    return "Something between this page and the service holds the stream back; waiting for the finished prop.";
  }
  if (error.status === 404 || error.status === 405) return "This service has no stream; waiting for the finished prop.";
  if (error.status >= 500) return `The stream failed (${error.status}); waiting for the finished prop.`;
  return undefined;
}
