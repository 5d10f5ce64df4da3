// The machine on the page follows the table of the service.
import { expect, test } from "vitest";
import { GENERATION } from "../../client";
import { BOX, Maker } from "./events.test-help";
import { arrows, places } from "./layout";
import { advance, INITIAL } from "./machine";

type Step = [Parameters<Maker["make"]>[0], object?];

function walk(steps: Step[]) {
  const maker = new Maker();
  return steps.reduce((machine, [name, data]) => advance(machine, maker.make(name, data)), INITIAL);
}

test("A good run goes from started to done, and the ways it took are known.", () => {
  const machine = walk([
    ["started"],
    ["progress", { phase: "accepted" }],
    ["progress", { phase: "streaming" }],
    ["text_delta", { delta: "x" }],
    ["part", { index: 0, part: BOX }],
    ["progress", { phase: "parsing_output" }],
    ["result"],
    ["done"],
  ]);

  expect(machine.state).toBe("done");
  expect(machine.taken).toEqual(["started>streaming", "streaming>parsing", "parsing>result", "result>done"]);
});

test("A fallback leads back to streaming.", () => {
  const machine = walk([["started"], ["thinking"], ["progress", { phase: "parsing_output" }], ["progress", { phase: "fallback" }]]);

  expect(machine.state).toBe("streaming");
});

test("A failure leads to error from wherever it was.", () => {
  expect(walk([["started"], ["error"]]).state).toBe("error");
  expect(walk([["started"], ["text_delta"], ["error"], ["done"]]).taken).toContain("error>done");
});

test("A reader who missed notices still arrives where the result proves it to be.", () => {
  expect(walk([["started"], ["text_delta"], ["result"]]).state).toBe("result");
});

test("Every state of the table has a place, and forward ways go to the right.", () => {
  const found = places(GENERATION.initial, GENERATION.rows);
  const column = new Map(found.map((place) => [place.state, place.column]));

  expect(Object.fromEntries(column)).toEqual({ started: 0, streaming: 1, parsing: 2, result: 3, error: 3, done: 4 });
  expect(arrows(GENERATION.rows)).toContainEqual({ source: "started", dest: "streaming", triggers: ["stream", "fall_back"] });
});
