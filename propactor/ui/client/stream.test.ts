// The stream: each event once, in order, whatever happens to connections.
import { describe, expect, test } from "vitest";
import { Backoff } from "./backoff";
import { type Answer, frame, problem, RecordingListener, refused, scripted, streaming, WHOLE } from "./scripted.test-help";
import { GenerationStream, type Origin, type StreamOptions } from "./stream";

const ORIGIN: Origin = { request: { prompt: "A lamp" }, key: "k1" };
const QUICK: Partial<StreamOptions> = { backoff: () => new Backoff(1, 1) };

function begin(answers: Answer[], options: Partial<StreamOptions> = {}, origin: Origin = ORIGIN) {
  const listener = new RecordingListener();
  const { fetch, asked } = scripted(...answers);
  const stream = new GenerationStream({ fetch, token: () => "T" }, origin, listener, { ...QUICK, ...options });
  return { listener, asked, stream };
}

test("A stream is read to its end, over one connection.", async () => {
  const { listener, asked, stream } = begin([streaming([WHOLE])]);

  await stream.read();

  expect(listener.seqs).toEqual([1, 2, 3, 4, 5, 6]);
  expect(listener.text).toBe("import é 🚀");
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ method: "POST", url: "/api/creator/generate-prop-stream", body: { prompt: "A lamp" } });
  expect(asked[0]?.headers.get("Idempotency-Key")).toBe("k1");
  expect(asked[0]?.headers.get("Authorization")).toBe("Bearer T");
  expect(listener.connections).toEqual(["asking", "open", "closed"]);
});

test("It doesn't matter where the bytes are cut, not even within a character.", async () => {
  const bytes = new TextEncoder().encode(`\uFEFF: hello\n\n${WHOLE}`);

  for (const size of [1, 2, 3, 7]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.slice(n * size, (n + 1) * size));
    const { listener, stream } = begin([streaming(pieces)]);
    await stream.read();
    expect(listener.text).toBe("import é 🚀");
  }
});

describe.each(["close", "error"] as const)("A connection that ends early (%s)", (end) => {
  test.each([1, 2, 3, 4, 5])("is resumed behind event %i, and nothing comes twice.", async (last) => {
    const frames = WHOLE.split(/(?<=\n\n)/);
    const torn = (frames[last] ?? "").slice(0, 9);
    const { listener, asked, stream } = begin([
      streaming([...frames.slice(0, last), torn], end),
      streaming(frames.slice(last - 1)), // a server that repeats one event too many
    ]);

    await stream.read();

    expect(listener.seqs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(listener.text).toBe("import é 🚀");
    expect(asked[1]).toMatchObject({ method: "GET", url: "/api/creator/generations/req_1/events" });
    expect(asked[1]?.headers.get("Last-Event-ID")).toBe(String(last));
    expect(listener.connections).toEqual(["asking", "open", "lost", "asking", "open", "closed"]);
  });
});

test("Before the first event, the same request is made again under the same key.", async () => {
  const { listener, asked, stream } = begin([refused, streaming([], "error"), streaming([WHOLE])]);

  await stream.read();

  expect(listener.seqs).toHaveLength(6);
  expect(asked.map(({ method, headers }) => [method, headers.get("Idempotency-Key")])).toEqual([
    ["POST", "k1"],
    ["POST", "k1"],
    ["POST", "k1"],
  ]);
});

test("A connection without a byte for too long is given up and resumed.", async () => {
  const { listener, asked, stream } = begin(
    [streaming([frame(1, "started")], "hang"), streaming([WHOLE])],
    { silenceMs: 20 },
  );

  await stream.read();

  expect(listener.seqs).toEqual([1, 2, 3, 4, 5, 6]);
  expect(asked).toHaveLength(2);
});

test("A stream of which nothing arrives at first is held back by something.", async () => {
  const { stream, asked } = begin([streaming([], "hang")], { firstByteMs: 20 });

  await expect(stream.read()).rejects.toMatchObject({ code: "STREAM_HELD_BACK" });
  expect(asked).toHaveLength(1);
});

test("A finished generation that was read to its end needs no more: 204.", async () => {
  const { listener, stream } = begin(
    [streaming([frame(1, "started")]), () => new Response(null, { status: 204 })],
  );

  await stream.read();

  expect(listener.seqs).toEqual([1]);
});

test("A server that is away for a moment is asked again.", async () => {
  const { listener, stream } = begin([
    streaming([frame(1, "started")]),
    problem(503, "SERVICE_STOPPING"),
    streaming([WHOLE]),
  ]);

  await stream.read();

  expect(listener.seqs).toHaveLength(6);
});

test.each([
  [404, "NOT_FOUND"],
  [410, "CURSOR_EXPIRED"],
])("What is no longer kept (%i) ends the reading.", async (status, code) => {
  const { stream } = begin([streaming([frame(1, "started")]), problem(status, code)]);

  await expect(stream.read()).rejects.toMatchObject({ status, code, message: `told ${code}` });
});

test("A refusal at the start is passed on, with the wait it names.", async () => {
  const answer = () => new Response("{}", { status: 429, headers: { "Retry-After": "7" } });
  const { stream, asked } = begin([answer]);

  await expect(stream.read()).rejects.toMatchObject({ status: 429, code: "HTTP_429", retryAfterMs: 7000 });
  expect(asked).toHaveLength(1);
});

test("What isn't an event stream is no stream.", async () => {
  const { stream } = begin([() => new Response("<html>", { headers: { "Content-Type": "text/html" } })]);

  await expect(stream.read()).rejects.toMatchObject({ code: "NO_STREAM" });
});

test("A connection that never comes back is given up.", async () => {
  const answers = [streaming([frame(1, "started")]), ...Array.from({ length: 9 }, () => refused)];
  const { stream, asked } = begin(answers, { tries: 3 });

  await expect(stream.read()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  expect(asked).toHaveLength(4);
});

test("Who stops reading hears nothing more, and no error.", async () => {
  const { listener, stream } = begin([streaming([frame(1, "started")], "hang")]);
  const reading = stream.read();
  await expect.poll(() => listener.seqs).toEqual([1]);

  stream.abort();
  await reading;

  expect(listener.connections.at(-1)).toBe("closed");
});

test("A late reader begins at the beginning, without starting anything.", async () => {
  const { listener, asked, stream } = begin([streaming([WHOLE])], {}, { requestId: "req_1" });

  await stream.read();

  expect(listener.seqs).toHaveLength(6);
  expect(asked.map(({ method, headers }) => [method, headers.get("Last-Event-ID")])).toEqual([["GET", null]]);
});

test("A notice to this reader alone is heard, and leaves its place.", async () => {
  const notice = 'event: progress\ndata: {"requestId":"req_1","seq":1,"ts":1,"phase":"slow_reader"}\n\n';
  const { listener, asked, stream } = begin([streaming([frame(1, "started"), notice]), streaming([WHOLE])]);

  await stream.read();

  expect(listener.events.map(({ name }) => name).slice(0, 2)).toEqual(["started", "progress"]);
  expect(asked[1]?.headers.get("Last-Event-ID")).toBe("1");
});

test("Events this client doesn't know are left out.", async () => {
  const { listener, stream } = begin([streaming([frame(1, "started"), frame(2, "weather"), frame(3, "done")])]);

  await stream.read();

  expect(listener.seqs).toEqual([1, 3]);
});
