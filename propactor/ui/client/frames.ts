// Parses the bytes of a response into server-sent events, as the HTML standard defines them.
import { createParser } from "eventsource-parser";

export interface Frame {
  id: string | undefined;
  name: string;
  data: string;
}

export interface FrameListener {
  onFrame(frame: Frame): void;
  onRetry?(milliseconds: number): void;
  /** Bytes came, if only a heartbeat. */
  onBytes?(): void;
  /** Tell whether to stop reading, though the connection may stay open. */
  isDone?(): boolean;
}

/** Read a body to its end, or until the listener is done. To stop earlier, abort the request's signal. */
export async function readFrames(body: ReadableStream<Uint8Array>, listener: FrameListener): Promise<void> {
  const parser = createParser({
    onEvent: ({ id, event, data }) => listener.onFrame({ id, name: event ?? "message", data }),
    onRetry: (milliseconds) => listener.onRetry?.(milliseconds),
    maxBufferSize: 16 * 2 ** 20,
  });
  const reader = body.getReader();
  const decoder = new TextDecoder(); // leaves a byte order mark out, and keeps halves of characters
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    listener.onBytes?.();
    parser.feed(decoder.decode(piece.value, { stream: true }));
    if (listener.isDone?.()) return reader.cancel();
  }
}
