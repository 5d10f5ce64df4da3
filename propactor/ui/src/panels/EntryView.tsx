// One entry of the thinking panel.
import { memo, useState } from "react";
import type { Entry, Notice, Thought, Tool, Writing } from "../model/entries";
import { Icon, type IconName } from "../ui/Icon";
import { counted, span } from "../ui/words";

interface Props {
  entry: Entry;
  /** When the run began, for the time in the margin. */
  startedAt: number;
  details: boolean;
}

export const EntryView = memo(function EntryView({ entry, startedAt, details }: Props) {
  return (
    <article className={`entry ${entry.type} ${toneOf(entry)}`} data-entry={entry.type}>
      <span className="entry-icon">
        <Icon name={iconOf(entry)} />
      </span>
      <div className="entry-body">
        <Body entry={entry} />
        {details && entry.raw.length > 0 && <Raw payloads={entry.raw} />}
      </div>
      <time className="entry-time">{span(entry.at - startedAt)}</time>
    </article>
  );
});

function toneOf(entry: Entry): string {
  if (entry.type === "notice") return entry.tone;
  return entry.type === "tool" ? entry.status : "";
}

const ICONS: Record<Entry["type"], IconName> = { thought: "thought", tool: "tool", writing: "pen", notice: "dot" };

function iconOf(entry: Entry): IconName {
  return entry.type === "notice" && entry.tone !== "plain" ? "note" : ICONS[entry.type];
}

function Body({ entry }: { entry: Entry }) {
  switch (entry.type) {
    case "thought":
      return <ThoughtBody entry={entry} />;
    case "tool":
      return <ToolBody entry={entry} />;
    case "writing":
      return <WritingBody entry={entry} />;
    case "notice":
      return <NoticeBody entry={entry} />;
  }
}

const PREVIEW = 90;

function ThoughtBody({ entry }: { entry: Thought }) {
  const [open, setOpen] = useState(true);
  const short = entry.text.length <= PREVIEW;
  return (
    <>
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron" />
        <span className="label">Thought</span>
        {!open && <span className="fold-preview">{short ? entry.text : `${entry.text.slice(0, PREVIEW)}…`}</span>}
      </button>
      {open && <p className="thought-text">{entry.text}</p>}
    </>
  );
}

const STATUS: Record<Tool["status"], string> = { running: "running", ok: "done", error: "failed" };

function ToolBody({ entry }: { entry: Tool }) {
  return (
    <>
      <p className="tool-line">
        <span className="label">Tool</span> <code>{entry.name}</code>{" "}
        <span className={`status ${entry.status}`}>{STATUS[entry.status]}</span>
      </p>
      {entry.input && <pre className="preview input">{entry.input}</pre>}
      {entry.output && <pre className="preview output">{entry.output}</pre>}
    </>
  );
}

function WritingBody({ entry }: { entry: Writing }) {
  return (
    <p>
      <span className="label">Writing</span>{" "}
      <span className="numbers">
        {counted(entry.chars, "character")} · {counted(entry.lines + 1, "line")}
      </span>
    </p>
  );
}

function NoticeBody({ entry }: { entry: Notice }) {
  return (
    <p>
      {entry.title}
      {entry.detail && <span className="detail more">{entry.detail}</span>}
    </p>
  );
}

function Raw({ payloads }: { payloads: readonly unknown[] }) {
  return (
    <details className="raw">
      <summary>Raw, {counted(payloads.length, "payload")}</summary>
      <pre>{payloads.map((payload) => JSON.stringify(payload, null, 2)).join("\n")}</pre>
    </details>
  );
}
