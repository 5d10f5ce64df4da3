// From the bytes of a response to server-sent events, as the HTML standard has them.
import { createParser } from "eventsource-parser";

export interface Frame {
  id: string | undefined;
  name: string;
  data: string;
}

export interface Ears {
  onFrame(frame: Frame): void;
  onRetry?(milliseconds: number): void;
  /** Something came, if only a heartbeat. */
  onBytes?(): void;
  /** Tells that enough was heard, though the connection may stay open. */
  enough?(): boolean;
}

/** Read a body to its end. Cutting the reading short is the request's signal's business. */
export async function readFrames(body: ReadableStream<Uint8Array>, ears: Ears): Promise<void> {
  const parser = createParser({
    onEvent: ({ id, event, data }) => ears.onFrame({ id, name: event ?? "message", data }),
    onRetry: (milliseconds) => ears.onRetry?.(milliseconds),
    maxBufferSize: 16 * 2 ** 20,
  });
  const reader = body.getReader();
  const decoder = new TextDecoder(); // leaves a byte order mark out, and keeps halves of characters
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    ears.onBytes?.();
    parser.feed(decoder.decode(piece.value, { stream: true }));
    if (ears.enough?.()) return reader.cancel();
  }
}
