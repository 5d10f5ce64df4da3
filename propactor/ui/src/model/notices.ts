// The texts of milestones and notices.
import type { Progress } from "../../client";

export type Tone = "plain" | "good" | "warn" | "bad";

export interface Wording {
  tone: Tone;
  title: string;
  detail?: string;
}

const SOURCES: Record<string, string> = {
  gateway: "the gateway",
  transcript: "the gateway's transcript",
  model: "the model",
  template: "the template generator",
};

/** Name a source the way a sentence needs it. */
export function sourceName(source: string | undefined): string {
  return (source && SOURCES[source]) ?? "an upstream";
}

const WORDS: Record<string, (event: Progress) => Wording> = {
  queued: (e) => ({ tone: "plain", title: "Waiting in line", ...detail(e.position && `Place ${e.position}.`) }),
  accepted: () => ({ tone: "plain", title: "The request was accepted" }),
  streaming: (e) => ({ tone: "plain", title: `First word from ${sourceName(e.source)}` }),
  parsing_output: () => ({ tone: "plain", title: "All is said; the answer is being read" }),
  fallback: (e) => ({ tone: "warn", title: "A template steps in", ...detail(e.message ?? e.reason) }),
  stalled: (e) => ({ tone: "warn", title: `Silent for ${seconds(e.silentMs)}`, detail: stalled(e) }),
  degraded: (e) => ({ tone: "warn", title: "Less can be seen than usual", ...detail(e.message ?? e.reason) }),
  gap: (e) => ({ tone: "warn", title: "A piece of the stream was lost upstream", ...detail(e.message) }),
  slow_reader: (e) => ({ tone: "warn", title: "This page could not keep up", ...detail(missed(e)) }),
  capped: (e) => ({ tone: "warn", title: "The text is cut here", ...detail(e.limit && `More than ${e.limit} characters.`) }),
};

/** Word a progress event; one this page doesn't know says its own name. */
export function wording(event: Progress): Wording {
  const known = WORDS[event.phase];
  return known ? known(event) : { tone: "plain", title: event.phase, ...detail(event.message ?? event.reason) };
}

function detail(text: string | number | undefined): { detail?: string } {
  return text ? { detail: String(text) } : {};
}

function seconds(milliseconds = 0): string {
  return `${Number((milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0))} s`;
}

function stalled(event: Progress): string {
  return `It is given up after ${seconds(event.limitMs)}.`;
}

function missed(event: Progress): string | undefined {
  return event.dropped ? `${event.dropped} previews were left out; no text is missing.` : event.message;
}
