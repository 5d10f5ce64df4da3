// The strip below the viewport: the state of the run, then its result and what can be done with that.
import { useState } from "react";
import type { View } from "../session/view";
import { isBusy } from "../session/view";
import type { Run } from "../model/run";
import { copy, download } from "../ui/files";
import { Icon } from "../ui/Icon";
import { counted, span } from "../ui/words";
import { partsText } from "./CodePanel";

interface Props {
  view: View;
  saved: boolean;
  onSave(): void;
  onAgain(): void;
}

export function ResultStrip({ view, saved, onSave, onAgain }: Props) {
  const { run, failure } = view;
  const error = failure ?? run.error;
  return (
    <section className="strip" aria-label="Result">
      <div className="strip-words" aria-live="polite">
        {run.result ? <Success result={run.result} run={run} /> : <Status view={view} />}
        {!run.result && error && !isBusy(view) && <code className="code-word">{error.code}</code>}
      </div>
      <div className="strip-buttons">
        <ResultButtons result={run.result} saved={saved} onSave={onSave} />
        <button type="button" onClick={onAgain} disabled={!view.request || isBusy(view)}>
          <Icon name="again" /> {error && !run.result ? "Try again" : "Regenerate"}
        </button>
      </div>
    </section>
  );
}

type Result = NonNullable<Run["result"]>;

function Success({ result, run }: { result: Result; run: Run }) {
  const took = run.done?.durationMs ?? (run.startedAt && run.lastAt ? run.lastAt - run.startedAt : undefined);
  return (
    <>
      <p className="strip-title">
        <strong>{result.name}</strong>
        <span className={`method ${result.method}`}>{result.method === "ai" ? "Built by a model" : "Built from a template"}</span>
      </p>
      <p className="strip-detail">
        {result.fallbackReason ? `No model built this: ${result.fallbackReason.message} (${result.fallbackReason.code})` : summary(result, took)}
      </p>
    </>
  );
}

function summary(result: Result, took: number | undefined): string {
  const words = [counted(result.parts.length, "part")];
  if (took !== undefined) words.push(span(took));
  if (result.diagnostics.length) words.push(counted(result.diagnostics.length, "remark"));
  return words.join(" · ");
}

/** Say where the run is, in a person's words. */
function Status({ view }: { view: View }) {
  const [title, detail] = statusOf(view);
  return (
    <>
      <p className="strip-title">
        <strong>{title}</strong>
      </p>
      <p className="strip-detail">{detail}</p>
    </>
  );
}

const STATES: Record<string, string> = {
  started: "Asked; waiting for the first word",
  streaming: "Building",
  parsing: "Reading the answer",
  result: "Done",
  error: "It went wrong",
  done: "Done",
};

function statusOf({ phase, run, connection, failure, note, cancelling }: View): [string, string] {
  if (cancelling) return ["Stopping", "The model is being told."];
  if (phase === "idle") return ["Nothing built yet", "Describe a prop, or take an example."];
  if (phase === "asking") return ["Asking", connection.state === "lost" ? `Try ${connection.tries}: ${connection.reason}.` : "The request is on its way."];
  if (phase === "waiting") return ["Waiting for the finished prop", note ?? ""];
  if (failure) return [failure.code === "CANCELLED" ? "Cancelled" : "It went wrong", failureText(failure)];
  if (run.error) return [run.error.code === "CANCELLED" ? "Cancelled" : "It went wrong", run.error.message];
  if (connection.state === "lost") return ["Connection lost", `Coming back, try ${connection.tries}. Nothing is lost meanwhile.`];
  return [STATES[run.machine.state] ?? "", `${counted(run.parts.filter(Boolean).length, "part")} so far`];
}

function failureText({ status, message, retryAfterMs }: NonNullable<View["failure"]>): string {
  if (status === 404 || status === 410) return "The service no longer keeps this generation.";
  return retryAfterMs ? `${message} Try again in ${span(retryAfterMs)}.` : message;
}

interface ButtonsProps {
  /** Without one there is nothing to take away yet; the buttons keep their places all the same. */
  result: Result | undefined;
  saved: boolean;
  onSave(): void;
}

function ResultButtons({ result, saved, onSave }: ButtonsProps) {
  const [copied, setCopied] = useState(false);
  const take = (act: (result: Result) => void) => () => result && act(result);
  const copyCode = async ({ code }: Result) => {
    await copy(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <>
      <button type="button" disabled={!result} onClick={take((it) => void copyCode(it))}>
        <Icon name="copy" /> {copied ? "Copied" : "Copy code"}
      </button>
      <button type="button" disabled={!result} onClick={take((it) => download(it.filename, it.code, "text/plain"))} aria-label="Download the component, .tsx">
        <Icon name="download" /> .tsx
      </button>
      <button type="button" disabled={!result} onClick={take((it) => download(`${it.name}.parts.json`, partsText(it.parts), "application/json"))} aria-label="Download the parts, .json">
        <Icon name="download" /> .json
      </button>
      <button type="button" onClick={onSave} disabled={!result || saved}>
        <Icon name="save" /> {saved ? "Saved" : "Save"}
      </button>
    </>
  );
}
