// A page's session: what it shows while connections and services do what they do.
import { expect, test, vi } from "vitest";
import { Backoff, ServiceError } from "../../client";
import { type Answer, frame, problem, scripted, streaming, WHOLE } from "../../client/scripted.test-help";
import { StoredList } from "../library/storedList";
import { Batch } from "./batch";
import { fallbackNote, mayStream } from "./fallback";
import { Session } from "./session";
import { askConfigAndModels } from "./useService";
import { isBusy, isLive } from "./view";

const REQUEST = { prompt: "A lamp" };
const RESULT = { name: "Lamp", filename: "Lamp.tsx", code: "", parts: [], method: "template" };
const STREAM_OPTIONS = { backoff: () => new Backoff(1, 1), firstByteMs: 30 };

/** Hold an answer back until the request is given up. */
const never: Answer = ({ signal }) =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));

function page(...answers: Answer[]) {
  const { fetch, asked } = scripted(...answers);
  const onStarted = vi.fn();
  const onEnded = vi.fn();
  const options = { schedule: (work: () => void) => queueMicrotask(work), stream: STREAM_OPTIONS, onStarted, onEnded };
  return { session: new Session({ fetch }, options), asked, onStarted, onEnded };
}

test("A run is shown from its first event to its last.", async () => {
  const { session, onStarted, onEnded } = page(streaming([WHOLE]));

  await session.generate(REQUEST, true);

  expect(session.read()).toMatchObject({ phase: "ended", cancelling: false, run: { text: "import é 🚀" } });
  expect(session.read().events).toHaveLength(6);
  expect(onStarted.mock.calls).toEqual([["req_1"]]);
  expect(onEnded).toHaveBeenCalledOnce();
});

test("LIVE follows from the state: not before the connection, not after the end, not while it is lost.", async () => {
  const frames = WHOLE.split(/(?<=\n\n)/);
  const { session } = page(streaming(frames.slice(0, 2)), streaming(frames.slice(2)));
  const seen: [string, boolean][] = [];
  session.subscribe(() => seen.push([session.read().connection.state, isLive(session.read())]));

  await session.generate(REQUEST, true);

  expect(seen.filter(([, live]) => live).every(([state]) => state === "open")).toBe(true);
  expect(seen.some(([, live]) => live)).toBe(true);
  expect(isLive(session.read())).toBe(false);
  expect(session.read().run.text).toBe("import é 🚀");
});

test.each<[string, Answer, boolean]>([
  ["is switched off", problem(500, "NEVER_ASKED"), false],
  ["isn't there", problem(404, "NOT_FOUND"), true],
  ["fails", problem(500, "INTERNAL_ERROR"), true],
  ["is held back", streaming([], "hang"), true],
  ["is no stream", () => new Response("<html>"), true],
])("Where the stream %s, the finished prop is waited for under the same key, and that is said.", async (_, answer, on) => {
  const answers = on ? [answer, () => Response.json(RESULT)] : [() => Response.json(RESULT)];
  const { session, asked } = page(...answers);

  await session.generate(REQUEST, on);

  expect(session.read()).toMatchObject({ phase: "ended", run: { result: { name: "Lamp", method: "template" } } });
  expect(session.read().note).toMatch(/waiting for the finished prop/);
  expect(session.read().run.timeline.entries).toMatchObject([{ type: "notice", tone: "warn" }]);
  expect(asked.at(-1)?.url).toBe("/api/creator/generate-prop");
  expect(new Set(asked.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
});

test.each([
  [429, "TOO_MANY_GENERATIONS"],
  [422, "INVALID_FIELDS"],
  [503, "GATEWAY_UNAVAILABLE"],
  [401, "UNAUTHORIZED"],
])("A refusal that the other call would repeat (%i %s) is told, not worked around.", async (status, code) => {
  const { session, asked } = page(problem(status, code));

  await session.generate(REQUEST, true);

  expect(session.read()).toMatchObject({ phase: "failed", failure: { code } });
  expect(asked).toHaveLength(1);
});

test("A generation that is no longer kept can't be followed, and nothing is generated in its place.", async () => {
  const { session, asked } = page(problem(404, "NOT_FOUND"));

  await session.follow("req_1");

  expect(session.read()).toMatchObject({ phase: "failed", failure: { status: 404 } });
  expect(asked).toHaveLength(1);
});

test("Cancelling asks the service; the end then comes from the stream.", async () => {
  let push: (text: string) => void = () => {};
  const open: Answer = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (control) => {
        push = (text) => control.enqueue(new TextEncoder().encode(text));
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  const { session, asked } = page(open, () => Response.json({ state: "cancelling" }, { status: 202 }));
  const running = session.generate(REQUEST, true);
  await vi.waitFor(() => expect(session.read().connection.state).toBe("open"));
  push(frame(1, "started"));
  await vi.waitFor(() => expect(session.read().phase).toBe("live"));

  await session.cancel();
  await session.cancel();
  expect(session.read()).toMatchObject({ cancelling: true, phase: "live" });
  push(frame(2, "error", { code: "CANCELLED", message: "Stopped." }) + frame(3, "done", { ok: false }));
  await running;

  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /api/creator/generate-prop-stream",
    "DELETE /api/creator/generations/req_1",
  ]);
  expect(session.read()).toMatchObject({ phase: "ended", cancelling: false, run: { error: { code: "CANCELLED" } } });
});

test("Waiting without a stream can be given up.", async () => {
  const { session } = page(never);
  const waiting = session.generate(REQUEST, false);

  await session.cancel();
  await waiting;

  expect(session.read()).toMatchObject({ phase: "failed", failure: { code: "CANCELLED" } });
  expect(isBusy(session.read())).toBe(false);
});

test.each([
  [false, "/api/creator/generate-prop"],
  [true, "/api/creator/generate-prop-stream"],
])("Nothing is sent until it is known whether streams are on (%s).", async (on, url) => {
  const { session, asked } = page(on ? streaming([WHOLE]) : () => Response.json(RESULT));
  const config = Promise.withResolvers<boolean>();
  const running = session.generate(REQUEST, config.promise);
  expect([session.read().phase, asked]).toEqual(["asking", []]);

  config.resolve(on);
  await running;

  expect(session.read().phase).toBe("ended");
  expect(asked.map((request) => request.url)).toEqual([url]);
});

test("A generation that is cancelled before that is known is never sent.", async () => {
  const { session, asked } = page();
  const config = Promise.withResolvers<boolean>();
  const running = session.generate(REQUEST, config.promise);

  await session.cancel();
  config.resolve(true);
  await running;

  expect(session.read()).toMatchObject({ phase: "failed", failure: { code: "CANCELLED" } });
  expect(asked).toEqual([]);
});

test.each<[string, Answer, boolean]>([
  ["says no", () => Response.json({ CREATOR_PROP_STREAMING: false }), false],
  ["says yes", () => Response.json({ CREATOR_PROP_STREAMING: true }), true],
  ["is refused", problem(401, "UNAUTHORIZED"), true],
  ["never comes", never, true],
])("A config that %s decides whether to stream.", async (_, answer, expected) => {
  const { fetch } = scripted(answer, answer);

  const [config, models] = askConfigAndModels({ fetch }, 20);

  expect(await mayStream(config)).toBe(expected);
  await models.catch(() => undefined);
});

test("A new generation takes the old one's place; nothing of the old one comes after.", async () => {
  const { session } = page(streaming([frame(1, "started"), frame(2, "text_delta", { delta: "old" })], "hang"), streaming([WHOLE]));
  const first = session.generate(REQUEST, true);
  await vi.waitFor(() => expect(session.read().run.text).toBe("old"));

  await session.generate(REQUEST, true);
  await first;

  expect(session.read()).toMatchObject({ phase: "ended", run: { text: "import é 🚀" } });
});

test("What comes within a frame is handed on together.", () => {
  const works: (() => void)[] = [];
  const taken: number[][] = [];
  const batch = new Batch<number>((items) => taken.push(items), (work) => works.push(work));

  [1, 2, 3].forEach((n) => batch.push(n));
  works.splice(0).forEach((work) => work());
  batch.push(4);
  batch.flush();
  works.splice(0).forEach((work) => work());

  expect(taken).toEqual([[1, 2, 3], [4]]);
});

test("A stream that broke for good is not worked around by generating again.", () => {
  expect(fallbackNote(new ServiceError("CONNECTION_LOST", ""))).toBeUndefined();
});

test("A stored list keeps the newest, replaces namesakes, and gives up the oldest when space is short.", () => {
  const kept = new Map<string, string>();
  const small = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => {
      if (value.length > 60) throw new Error("QuotaExceeded");
      kept.set(name, value);
    },
  };
  const list = new StoredList<{ id: string; n: number }>("x", 9, small);

  for (let n = 0; n < 12; n++) list.put({ id: `item ${n % 10}`, n });

  expect(list.read()[0]).toEqual({ id: "item 1", n: 11 });
  expect(new StoredList("x", 9, small).read()).toEqual(list.read());
  list.read().forEach(({ id }) => list.remove(id));
  expect(new StoredList("x", 9, small).read()).toEqual([]);
});

test("What a browser kept in a form we can't read is forgotten.", () => {
  expect(new StoredList("x", 9, { getItem: () => "{oops", setItem: () => {} }).read()).toEqual([]);
});
