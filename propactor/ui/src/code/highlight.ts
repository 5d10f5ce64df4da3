// A small tokenizer of TSX, good enough to colour it line by line while it is still being written.

export type Kind = "plain" | "keyword" | "string" | "number" | "comment" | "tag" | "attribute" | "type";

export interface Token {
  kind: Kind;
  text: string;
}

/** What a line begins inside of. */
export type Inside = "code" | "comment" | "template";

const KEYWORDS =
  "import|from|export|default|function|return|const|let|var|if|else|for|while|new|interface|type|extends|as|typeof|null|undefined|true|false|void|async|await";
const RULES: [Kind, RegExp][] = [
  ["comment", /\/\/.*/y],
  ["string", /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?/y],
  ["tag", /<\/?[A-Za-z][\w.]*|<\/?>|\/>/y],
  ["number", /\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+/iy],
  ["keyword", new RegExp(`\\b(?:${KEYWORDS})\\b`, "y")],
  ["type", /\b[A-Z]\w*/y],
  ["attribute", /\b[a-z]\w*(?==[{"'])/y],
  ["plain", /[A-Za-z_$][\w$]*|\s+|[^\w\s]/y],
];
const ENDS: Record<Exclude<Inside, "code">, [string, Kind]> = {
  comment: ["*/", "comment"],
  template: ["`", "string"],
};
const LONGEST = 2000;

/** Cut one line into coloured pieces and say what the next line begins inside of. */
export function highlight(line: string, inside: Inside): { tokens: Token[]; inside: Inside } {
  if (line.length > LONGEST) return { tokens: [{ kind: "plain", text: line }], inside };
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    const step = inside === "code" ? readCode(line, at) : readInside(line, at, inside);
    push(tokens, step.token);
    at += step.token.text.length;
    inside = step.inside;
  }
  return { tokens, inside };
}

interface Step {
  token: Token;
  inside: Inside;
}

function readCode(line: string, at: number): Step {
  if (line.startsWith("/*", at)) return { token: { kind: "comment", text: "/*" }, inside: "comment" };
  if (line[at] === "`") return { token: { kind: "string", text: "`" }, inside: "template" };
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(line);
    if (found) return { token: { kind, text: found[0] }, inside: "code" };
  }
  return { token: { kind: "plain", text: line[at] ?? "" }, inside: "code" };
}

function readInside(line: string, at: number, inside: Exclude<Inside, "code">): Step {
  const [end, kind] = ENDS[inside];
  const found = line.indexOf(end, at);
  const text = found < 0 ? line.slice(at) : line.slice(at, found + end.length);
  return { token: { kind, text }, inside: found < 0 ? inside : "code" };
}

/** Join pieces of the same colour: fewer elements to draw. */
function push(tokens: Token[], token: Token): void {
  const last = tokens.at(-1);
  if (last?.kind === token.kind) last.text += token.text;
  else tokens.push(token);
}
