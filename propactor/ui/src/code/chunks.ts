// Splits a growing text into chunks of lines: full ones stay the same objects, so only the last is drawn anew.
import { highlight, type Inside } from "./highlight";

export interface Chunk {
  /** Number of its first line, from 1. */
  first: number;
  text: string;
  /** What it begins inside of, and what the next one does. */
  inside: Inside;
  after: Inside;
}

export const CHUNK_LINES = 40;

/** Split a text; `previous` chunks that the text still begins with are reused, so that they needn't be read again. */
export function splitChunks(text: string, previous: readonly Chunk[] = []): Chunk[] {
  const chunks = unchangedChunks(text, previous);
  let rest = text.slice(chunks.reduce((sum, chunk) => sum + chunk.text.length + 1, 0));
  for (;;) {
    const end = endOfLines(rest, CHUNK_LINES);
    chunks.push(chunkOf(end < 0 ? rest : rest.slice(0, end), chunks.at(-1)));
    if (end < 0) return chunks;
    rest = rest.slice(end + 1);
  }
}

/** Return the full chunks with which the text still begins. */
function unchangedChunks(text: string, previous: readonly Chunk[]): Chunk[] {
  const kept: Chunk[] = [];
  let at = 0;
  for (const chunk of previous.slice(0, -1)) {
    if (!text.startsWith(chunk.text, at) || text[at + chunk.text.length] !== "\n") break;
    kept.push(chunk);
    at += chunk.text.length + 1;
  }
  return kept;
}

function chunkOf(text: string, before: Chunk | undefined): Chunk {
  const inside = before?.after ?? "code";
  const after = text.split("\n").reduce<Inside>((state, line) => highlight(line, state).inside, inside);
  return { first: (before?.first ?? 1 - CHUNK_LINES) + CHUNK_LINES, text, inside, after };
}

/** Return where the given number of lines ends, or -1 when there are not so many. */
function endOfLines(text: string, lines: number): number {
  let at = -1;
  for (let count = 0; count < lines; count++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return -1;
  }
  return at;
}
