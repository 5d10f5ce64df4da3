// The thinking panel: thoughts, tools, text and notices, as they happen. Every line is an event that came.
import { memo, useState } from "react";
import { MOST_ENTRIES } from "./model/entries";
import type { Run } from "./model/run";
import { EntryView } from "./panels/EntryView";
import { StateDiagram } from "./panels/StateDiagram";
import { Icon } from "./ui/Icon";
import { useClock, useFollow } from "./ui/hooks";
import { counted, span } from "./ui/words";

export interface ThinkingPanelProps {
  run: Run;
  /** Events arrive now. */
  live: boolean;
  /** Something is under way, though perhaps no event arrives right now. */
  busy: boolean;
  /** When the last event came or the phase changed, by `performance.now()`. */
  updatedAt: number;
  /** A replay is shown. */
  replaying?: boolean;
  /** What to say while there is nothing. */
  empty?: string;
}

export function ThinkingPanel({ run, live, busy, updatedAt, replaying = false, empty }: ThinkingPanelProps) {
  const [details, setDetails] = useState(false);
  const { entries, dropped } = run.timeline;
  const { ref, following, follow } = useFollow(run.timeline);
  const raw = entries.some((entry) => entry.raw.length > 0) || run.sessionKey !== undefined;
  return (
    <section className="panel thinking" aria-label="Thinking">
      <header className="panel-head">
        <h2>Thinking</h2>
        <Badge live={live} busy={busy} replaying={replaying} run={run} />
        <Times run={run} running={busy && !replaying} updatedAt={updatedAt} />
      </header>
      <StateDiagram machine={run.machine} running={run.requestId !== undefined} />
      <div className="log" ref={ref} role="log" aria-label="Events" aria-relevant="additions" tabIndex={0}>
        {dropped > 0 && <p className="dropped">{counted(dropped, "earlier entry", "earlier entries")} not kept; the latest {MOST_ENTRIES} are.</p>}
        {entries.length === 0 && <p className="empty">{empty}</p>}
        {entries.map((entry) => (
          <EntryView key={entry.key} entry={entry} startedAt={run.startedAt ?? entry.at} details={details} />
        ))}
      </div>
      {!following && (
        <button type="button" className="to-end" onClick={follow}>
          <Icon name="down" /> Latest
        </button>
      )}
      {raw && <Details on={details} run={run} onChange={setDetails} />}
    </section>
  );
}

/** The badge follows from the state alone, not from the entries. */
function Badge({ live, busy, replaying, run }: Pick<ThinkingPanelProps, "live" | "busy" | "run"> & { replaying: boolean }) {
  if (replaying) return <span className="badge replay">Replay</span>;
  if (live) return <span className="badge live">Live</span>;
  if (busy) return <span className="badge waiting">Waiting</span>;
  if (run.error) return <span className="badge failed">{run.error.code === "CANCELLED" ? "Cancelled" : "Failed"}</span>;
  return run.result ? <span className="badge done">Done</span> : null;
}

interface TimesProps {
  run: Run;
  running: boolean;
  updatedAt: number;
}

const Times = memo(function Times({ run, running, updatedAt }: TimesProps) {
  const now = useClock(running);
  if (run.startedAt === undefined) return null;
  const since = running ? Math.max(0, now - updatedAt) : 0;
  const elapsed = run.done?.durationMs ?? (run.lastAt ?? run.startedAt) - run.startedAt + since;
  return (
    <dl className="times">
      <div>
        <dt>Elapsed</dt>
        <dd>{span(elapsed)}</dd>
      </div>
      <div>
        <dt>First thought</dt>
        <dd>{run.firstThoughtAt === undefined ? "–" : span(run.firstThoughtAt - run.startedAt)}</dd>
      </div>
    </dl>
  );
});

function Details({ on, run, onChange }: { on: boolean; run: Run; onChange(on: boolean): void }) {
  return (
    <footer className="panel-foot">
      <label className="check">
        <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} /> Developer details
      </label>
      {on && run.sessionKey && <code className="session">{run.sessionKey}</code>}
    </footer>
  );
}
