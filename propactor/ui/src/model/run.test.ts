// A run is a function of its events.
import { expect, test } from "vitest";
import type { StreamEvent } from "../../client";
import { MOST_ENTRIES, type Entry, type Tool, type Writing } from "./entries";
import { BALL, BOX, Maker } from "./events.test-help";
import { Replay, countAt, lengthOf } from "./replay";
import { NO_RUN, reduce } from "./run";

function runOf(make: (maker: Maker) => StreamEvent[]) {
  return reduce(NO_RUN, make(new Maker()));
}

const types = (entries: readonly Entry[]) => entries.map((entry) => entry.type);

test("Pieces of a thought are joined by their block, even when tools come between.", () => {
  const run = runOf((m) => [
    m.make("started", { resumeUntil: 5 }),
    m.make("thinking", { message: "First the ", blockId: "1" }),
    m.make("thinking", { message: "base.", blockId: "1" }),
    m.make("thinking", { message: "Now the cap.", blockId: "2" }),
    m.make("thinking", { message: " Done.", blockId: "1" }),
  ]);

  expect(run.timeline.entries).toMatchObject([
    { type: "thought", text: "First the base. Done." },
    { type: "thought", text: "Now the cap." },
  ]);
  expect(run.firstThoughtAt! - run.startedAt!).toBe(10);
});

test("A tool's result stands under its call, in whatever order they come back.", () => {
  const run = runOf((m) => [
    m.make("tool_call", { toolCallId: "a", toolName: "read", inputPreview: "notes.txt" }),
    m.make("tool_call", { toolCallId: "b", toolName: "exec" }),
    m.make("tool_result", { toolCallId: "a", toolName: "read", status: "ok", outputPreview: "warm" }),
    m.make("tool_result", { toolCallId: "b", toolName: "exec", status: "error", outputPreview: "no" }),
    m.make("tool_result", { toolCallId: "c", toolName: "late", status: "ok" }),
  ]);

  const tools = run.timeline.entries as Tool[];
  expect(tools.map(({ name, status, output }) => [name, status, output])).toEqual([
    ["read", "ok", "warm"],
    ["exec", "error", "no"],
    ["late", "ok", undefined],
  ]);
});

test("Text counts as one entry until the model does something else; notices don't part it.", () => {
  const run = runOf((m) => [
    m.make("text_delta", { delta: "a\nb" }),
    m.make("progress", { phase: "stalled", silentMs: 2000, limitMs: 9000 }),
    m.make("text_delta", { delta: "c\n" }),
    m.make("tool_call", { toolCallId: "a", toolName: "read" }),
    m.make("text_delta", { delta: "d" }),
  ]);

  expect(types(run.timeline.entries)).toEqual(["writing", "notice", "tool", "writing"]);
  expect(run.timeline.entries[0]).toMatchObject<Partial<Writing>>({ chars: 5, lines: 2 });
  expect(run.text).toBe("a\nbc\nd");
});

test("Text that replaces starts the text over.", () => {
  const run = runOf((m) => [m.make("text_delta", { delta: "old" }), m.make("text_delta", { delta: "new", replace: true })]);

  expect(run.text).toBe("new");
  expect(run.timeline.entries).toMatchObject([{ chars: 3 }, { chars: 3 }]);
});

test("The latest 200 entries are kept; those before are counted; keys stay unique.", () => {
  const run = runOf((m) =>
    Array.from({ length: 450 }, (_, n) => m.make("tool_call", { toolCallId: `${n}`, toolName: `tool ${n}` })),
  );

  expect(run.timeline.entries).toHaveLength(MOST_ENTRIES);
  expect(run.timeline.dropped).toBe(250);
  expect(run.timeline.entries[0]).toMatchObject({ name: "tool 250", key: 250 });
  expect(new Set(run.timeline.entries.map(({ key }) => key)).size).toBe(MOST_ENTRIES);
});

test("Parts appear at their places, and superseded ones give theirs up.", () => {
  const run = runOf((m) => [
    m.make("part", { index: 0, part: BOX }),
    m.make("part", { index: 2, part: BALL }),
    m.make("part", { index: 0, part: BALL, superseded: true }),
    m.make("part", { index: 2, part: null, superseded: true }),
  ]);

  expect(run.parts).toEqual([BALL, null, null]);
});

test("The result's parts are the parts.", () => {
  const run = runOf((m) => [m.make("part", { index: 0, part: BOX }), m.make("result", { parts: [BALL, BOX], name: "Lamp" })]);

  expect(run.parts).toEqual([BALL, BOX]);
  expect(run.result?.name).toBe("Lamp");
});

test("A change of source in the middle is said, once for each source.", () => {
  const run = runOf((m) => [
    m.make("text_delta", { delta: "a", source: "gateway" }),
    m.make("progress", { phase: "fallback", message: "The gateway is down." }),
    m.make("text_delta", { delta: "b", source: "template", replace: true }),
    m.make("text_delta", { delta: "c", source: "gateway" }),
  ]);

  expect(run.timeline.entries.flatMap((entry) => (entry.type === "notice" ? [entry.title] : []))).toEqual([
    "A template steps in",
    "Source switched from the gateway to the template generator",
  ]);
});

test.each([
  ["queued", { position: 3 }, "Waiting in line", "Place 3."],
  ["accepted", {}, "The request was accepted", undefined],
  ["stalled", { silentMs: 30_000, limitMs: 60_000 }, "Silent for 30 s", "It is given up after 60 s."],
  ["degraded", { reason: "no thoughts" }, "Less can be seen than usual", "no thoughts"],
  ["gap", {}, "A piece of the stream was lost upstream", undefined],
  ["slow_reader", { dropped: 7 }, "This page could not keep up", "7 previews were left out; no text is missing."],
  ["capped", { limit: 9 }, "The text is cut here", "More than 9 characters."],
  ["something_new", { message: "who knows" }, "something_new", "who knows"],
])("A notice of %s is said in words.", (phase, data, title, detail) => {
  const run = runOf((m) => [m.make("progress", { phase, ...data })]);

  expect(run.timeline.entries[0]).toMatchObject({ type: "notice", title });
  expect((run.timeline.entries[0] as { detail?: string }).detail).toBe(detail);
});

test("Raw payloads are kept where they come, the last few of an entry.", () => {
  const run = runOf((m) => [
    m.make("thinking", { message: "a", blockId: "1" }),
    ...Array.from({ length: 30 }, (_, n) => m.make("thinking", { message: "b", blockId: "1", raw: n })),
    m.make("text_delta", { delta: "x", raw: { stream: "assistant" } }),
  ]);

  expect(run.timeline.entries.map(({ raw }) => raw.length)).toEqual([20, 1]);
});

test("An error and the end are kept, and the error is in the timeline.", () => {
  const run = runOf((m) => [
    m.make("error", { code: "CANCELLED", message: "Somebody asked to stop." }),
    m.make("done", { ok: false, durationMs: 7 }),
  ]);

  expect([run.error?.code, run.done?.durationMs, run.machine.state]).toEqual(["CANCELLED", 7, "done"]);
  expect(run.timeline.entries).toMatchObject([{ tone: "bad", detail: "CANCELLED" }]);
});

test("A replay shows the run as it was at any time, forwards and backwards.", () => {
  const m = new Maker(100);
  const events = [m.make("started"), ..."abcdef".split("").map((delta) => m.make("text_delta", { delta }))];
  const replay = new Replay(events);

  expect(lengthOf(events)).toBe(600);
  expect([0, 99, 100, 350, 150, 9999, -1].map((at) => replay.at(at).text)).toEqual(["", "", "a", "abc", "a", "abcdef", ""]);
  expect([countAt(events, -1), countAt(events, 0), countAt([], 5)]).toEqual([0, 1, 0]);
});

test("Two thousand deltas in one go cost little.", () => {
  const m = new Maker();
  const events = Array.from({ length: 2000 }, () => m.make("text_delta", { delta: "const lamp = 1;\n" }));

  const before = performance.now();
  const run = reduce(NO_RUN, events);

  expect(run.text).toHaveLength(32_000);
  expect(performance.now() - before).toBeLessThan(500);
});
