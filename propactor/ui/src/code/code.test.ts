// Colours for code, line by line and chunk by chunk.
import { expect, test } from "vitest";
import { CHUNK_LINES, splitChunks } from "./chunks";
import { highlight, type Inside } from "./highlight";

const kinds = (line: string, inside: Inside = "code") =>
  highlight(line, inside)
    .tokens.filter(({ text }) => text.trim())
    .map(({ kind, text }) => `${kind}:${text.trim()}`);

const SAMPLES = [
  'import { useRef } from "react";',
  "  <mesh position={[0, 0.5, -1e-3]} castShadow>",
  '    <meshStandardMaterial color="#fff" emissive={"red"} />',
  "/* PARTS_DATA",
  "PARTS_DATA */ const x = `one ${two}",
  "three` + 'it\\'s",
  "\u{1F680} ü // done",
  "",
];

test("Nothing of a line is lost or doubled.", () => {
  let inside: Inside = "code";
  for (const line of SAMPLES) {
    const read = highlight(line, inside);
    expect(read.tokens.map(({ text }) => text).join("")).toBe(line);
    inside = read.inside;
  }
});

test("Keywords, strings, numbers, tags and attributes have their kinds.", () => {
  expect(kinds('import x from "react"')).toEqual(["keyword:import", "plain:x", "keyword:from", 'string:"react"']);
  expect(kinds("<mesh position={1}")).toEqual(["tag:<mesh", "attribute:position", "plain:={", "number:1", "plain:}"]);
});

test("A comment goes on over lines, and ends where it ends.", () => {
  expect(highlight("/* PARTS_DATA", "code").inside).toBe("comment");
  expect(kinds('{"type": "box"}', "comment")).toEqual(['comment:{"type": "box"}']);
  expect(kinds("PARTS_DATA */ let", "comment")).toEqual(["comment:PARTS_DATA */", "keyword:let"]);
});

test("A line that is too long to read is shown plainly.", () => {
  expect(highlight("x".repeat(5000), "code").tokens).toHaveLength(1);
});

test("Chunks joined are the text; full ones are kept as they are while it grows.", () => {
  const text = Array.from({ length: 130 }, (_, n) => `line ${n}`).join("\n");

  const first = splitChunks(text);
  const second = splitChunks(`${text}\nmore`, first);

  expect(second.map((chunk) => chunk.text).join("\n")).toBe(`${text}\nmore`);
  expect(second.map((chunk) => chunk.first)).toEqual([1, 41, 81, 121]);
  expect(second[0]).toBe(first[0]);
  expect(second[2]).toBe(first[2]);
  expect(first).toHaveLength(Math.ceil(130 / CHUNK_LINES));
});

test("However a text grows, cutting it bit by bit is cutting it at once.", () => {
  const text = SAMPLES.join("\n").repeat(20);
  let chunks = splitChunks("");
  for (let end = 0; end <= text.length; end += 37) chunks = splitChunks(text.slice(0, end), chunks);

  expect(splitChunks(text, chunks)).toEqual(splitChunks(text));
});

test("A text that starts over is cut anew.", () => {
  const long = Array.from({ length: 90 }, (_, n) => `line ${n}`).join("\n");

  expect(splitChunks("new", splitChunks(long))).toEqual(splitChunks("new"));
});
