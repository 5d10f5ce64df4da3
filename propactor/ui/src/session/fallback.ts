// When a stream can't be had, why, and what that is in words.
import type { Config, ServiceError } from "../../client";

/** Codes of a service that works and says no: its other call would say the same. */
const FINAL = new Set(["GATEWAY_UNAVAILABLE", "SERVICE_STOPPING", "UNAUTHORIZED", "CONNECTION_LOST"]);

export const SWITCHED_OFF = "Streaming is switched off on this service; waiting for the finished prop.";

/**
 * Tell whether to ask for a stream: yes, unless the service's config says no.
 *
 * Without a config (out of reach, no token, too slow) the stream is asked for all the same: its own answer then says
 * what is wrong, and `whyWait` what to do about it.
 */
export async function mayStream(config: Promise<Config> | undefined): Promise<boolean> {
  const known = await config?.catch(() => undefined);
  return known?.CREATOR_PROP_STREAMING !== false;
}

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
