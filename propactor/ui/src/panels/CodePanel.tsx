// The code panel: the model's text as it is written; at the end the component, its parts and the diagnostics.
import { memo, useMemo, useRef, useState } from "react";
import type { Diagnostic, PropPart } from "../../client";
import { type Chunk, splitChunks } from "../code/chunks";
import { highlight, type Inside, type Token } from "../code/highlight";
import type { Run } from "../model/run";
import { Icon } from "../ui/Icon";
import { useFollow } from "../ui/hooks";
import { counted } from "../ui/words";

type Tab = "code" | "parts" | "notes";

export function CodePanel({ run, live }: { run: Run; live: boolean }) {
  const [tab, setTab] = useState<Tab>("code");
  const diagnostics = run.result?.diagnostics ?? [];
  const tabs: [Tab, string][] = [
    ["code", run.result ? run.result.filename : "Code"],
    ["parts", `Parts ${run.parts.filter(Boolean).length || ""}`],
    ["notes", `Notes ${diagnostics.length || ""}`],
  ];
  return (
    <section className="panel code" aria-label="Code">
      <header className="panel-head">
        <div className="tabs" role="tablist" aria-label="What to show">
          {tabs.map(([name, label]) => (
            <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={tab === name} aria-controls="code-view" onClick={() => setTab(name)}>
              {label.trim()}
            </button>
          ))}
        </div>
      </header>
      <div className="code-view" id="code-view" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "code" && <Code text={run.result?.code ?? run.text} follow={live} />}
        {tab === "parts" && <Code text={partsText(run.parts)} follow={live} />}
        {tab === "notes" && <Notes diagnostics={diagnostics} ended={run.result !== undefined} />}
      </div>
    </section>
  );
}

/** Write parts as JSON, an object a line. */
export function partsText(parts: readonly (PropPart | null)[]): string {
  const lines = parts.flatMap((part) => (part ? [`  ${JSON.stringify(part)}`] : []));
  return lines.length ? `[\n${lines.join(",\n")}\n]` : "";
}

function Code({ text, follow: live }: { text: string; follow: boolean }) {
  const previous = useRef<readonly Chunk[]>([]);
  const chunks = useMemo(() => splitChunks(text, previous.current), [text]);
  previous.current = chunks;
  const { ref, following, follow } = useFollow(live ? text : null);
  return (
    <>
      <div className="code-scroll" ref={ref} tabIndex={0} role="region" aria-label="Source">
        {text ? (
          <pre>
            {chunks.map((chunk) => (
              <ChunkView key={chunk.first} first={chunk.first} text={chunk.text} inside={chunk.inside} />
            ))}
          </pre>
        ) : (
          <p className="empty">What the model writes shows here, as it writes it.</p>
        )}
      </div>
      {!following && live && (
        <button type="button" className="to-end" onClick={follow}>
          <Icon name="down" /> Latest
        </button>
      )}
    </>
  );
}

interface ChunkProps {
  first: number;
  text: string;
  inside: Inside;
}

const ChunkView = memo(function ChunkView({ first, text, inside }: ChunkProps) {
  let state = inside;
  const lines = text.split("\n").map((line) => {
    const read = highlight(line, state);
    state = read.inside;
    return read.tokens;
  });
  return (
    <code className="chunk">
      {lines.map((tokens, index) => (
        <span key={index} className="line" data-number={first + index}>
          {tokens.map(spanOf)}
          {"\n"}
        </span>
      ))}
    </code>
  );
});

function spanOf(token: Token, index: number) {
  return token.kind === "plain" ? token.text : <span key={index} className={`t-${token.kind}`}>{token.text}</span>;
}

function Notes({ diagnostics, ended }: { diagnostics: readonly Diagnostic[]; ended: boolean }) {
  if (!diagnostics.length) return <p className="empty">{ended ? "Nothing to remark: everything could be read." : "Remarks on what the model wrote show here at the end."}</p>;
  return (
    <ul className="notes" aria-label={counted(diagnostics.length, "remark")}>
      {diagnostics.map((one, index) => (
        <li key={index}>
          <code>{one.code}</code>
          <p>
            {one.message}
            {one.index !== undefined && <span className="detail"> (part {one.index})</span>}
          </p>
        </li>
      ))}
    </ul>
  );
}
