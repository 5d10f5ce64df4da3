// Whether to stream, and whether to wait for the finished prop where a stream fails.
import type { Config, ServiceError } from "../../client";

/** Codes after which the call without a stream would fail, too. */
const FINAL = new Set(["GATEWAY_UNAVAILABLE", "SERVICE_STOPPING", "UNAUTHORIZED", "CONNECTION_LOST"]);

export const SWITCHED_OFF = "Streaming is switched off on this service; waiting for the finished prop.";

/**
 * Tell whether to ask for a stream: yes, unless the service's config says no.
 *
 * Without a config (out of reach, no token, too slow) the stream is asked for all the same: its own answer then says
 * what is wrong, and `fallbackNote` what to do about it.
 */
export async function mayStream(config: Promise<Config> | undefined): Promise<boolean> {
  const known = await config?.catch(() => undefined);
  return known?.CREATOR_PROP_STREAMING !== false;
}

/** Return a note that says why the page waits for the finished prop, or nothing when waiting would fail too. */
export function fallbackNote(error: ServiceError): string | undefined {
  if (FINAL.has(error.code)) return undefined;
  if (error.code === "STREAM_HELD_BACK" || error.code === "NO_STREAM") {
    return "Something between this page and the service holds the stream back; waiting for the finished prop.";
  }
  if (error.status === 404 || error.status === 405) return "This service has no stream; waiting for the finished prop.";
  if (error.status >= 500) return `The stream failed (${error.status}); waiting for the finished prop.`;
  return undefined;
}
