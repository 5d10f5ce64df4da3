// A scripted service, and a listener that records what a stream reports.
import type { StreamEvent } from "./events";
import type { Connection, Listener } from "./stream";

/** Write an event the way the service does. */
export function frame(seq: number, name: string, data: object = {}): string {
  const body = { requestId: "req_1", seq, ts: 1000 + seq, ...data };
  return `id: ${seq}\nevent: ${name}\ndata: ${JSON.stringify(body)}\n\n`;
}

/** A whole short generation: started, three deltas, result, done. */
export const WHOLE = [
  frame(1, "started"),
  frame(2, "text_delta", { delta: "im" }),
  frame(3, "text_delta", { delta: "port é" }),
  frame(4, "text_delta", { delta: " 🚀" }),
  frame(5, "result", { name: "Lamp" }),
  frame(6, "done", { ok: true }),
].join("");

/** Answer with bytes, cut into pieces; `end` says how the connection finishes. */
export function streaming(pieces: (string | Uint8Array)[], end: "close" | "error" | "hang" = "close"): Answer {
  return ({ signal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(control) {
        signal?.addEventListener("abort", () => fail(control, new DOMException("stopped", "AbortError")));
      },
      pull(control) {
        const piece = pieces.shift();
        if (piece !== undefined) control.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
        else if (end === "close") control.close();
        else if (end === "error") control.error(new TypeError("network error"));
        else return new Promise(() => {});
        return undefined;
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
  };
}

function fail(control: ReadableStreamDefaultController, reason: Error): void {
  try {
    control.error(reason);
  } catch {
    // it had ended already
  }
}

export interface Asked {
  url: string;
  method: string;
  headers: Headers;
  body: unknown;
}

export type Answer = (options: RequestInit) => Response | Promise<Response>;

/** Answers one request after the other, and remembers them. */
export function scripted(...answers: Answer[]): { fetch: typeof fetch; asked: Asked[] } {
  const asked: Asked[] = [];
  const answer = async (url: unknown, options: RequestInit = {}): Promise<Response> => {
    const body = typeof options.body === "string" ? (JSON.parse(options.body) as unknown) : undefined;
    asked.push({ url: String(url), method: options.method ?? "GET", headers: new Headers(options.headers), body });
    const next = answers.shift();
    if (!next) throw new Error("the client asked once too often");
    return next(options);
  };
  return { fetch: answer as typeof fetch, asked };
}

export const refused: Answer = () => Promise.reject(new TypeError("connection refused"));

export function problem(status: number, code: string): Answer {
  return () => Response.json({ code, detail: `told ${code}`, recoverable: false }, { status });
}

/** Records what a stream reports. */
export class RecordingListener implements Listener {
  events: StreamEvent[] = [];
  connections: Connection["state"][] = [];

  onEvent(event: StreamEvent): void {
    this.events.push(event);
  }

  onConnection(connection: Connection): void {
    this.connections.push(connection.state);
  }

  get text(): string {
    return this.events.map((event) => (event.name === "text_delta" ? event.data.delta : "")).join("");
  }

  get seqs(): number[] {
    return this.events.map((event) => event.data.seq);
  }
}
