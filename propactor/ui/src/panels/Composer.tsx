// The form that asks for a prop: prompt, model, options, examples.
import { type FormEvent, type KeyboardEvent, useState } from "react";
import type { Config, GenerationRequest, Model } from "../../client";
import { Icon } from "../ui/Icon";

const EXAMPLES = [
  "A glowing mushroom lamp",
  "A tiny rusty robot",
  "A small stone castle with two towers",
  "A red rocket on its launch pad",
  "A mossy treasure chest",
];
const TEMPLATE = "template";

interface Props {
  prompt: string;
  onPrompt(prompt: string): void;
  config: Config | undefined;
  models: readonly Model[];
  busy: boolean;
  cancelling: boolean;
  onGenerate(request: GenerationRequest): void;
  onCancel(): void;
}

export function Composer({ prompt, onPrompt, config, models, busy, cancelling, onGenerate, onCancel }: Props) {
  const [model, setModel] = useState("");
  const [keep, setKeep] = useState(false);
  const [raw, setRaw] = useState(false);
  const longest = config?.limits.promptChars ?? 4000;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (busy || !prompt.trim()) return;
    onGenerate(requestOf(prompt, { model, keep, raw: raw && config?.rawPayloads === true }));
  };
  return (
    <form className="composer" onSubmit={submit} aria-label="Ask for a prop">
      <div className="prompt-row">
        <label className="visually-hidden" htmlFor="prompt">
          What shall be built?
        </label>
        <textarea
          id="prompt"
          rows={2}
          maxLength={longest}
          value={prompt}
          placeholder="What shall be built?"
          onChange={(event) => onPrompt(event.target.value)}
          onKeyDown={(event) => submitOnEnter(event, submit)}
        />
        {busy ? (
          <button type="button" className="primary stop" onClick={onCancel} disabled={cancelling}>
            <Icon name="stop" /> {cancelling ? "Stopping" : "Cancel"}
          </button>
        ) : (
          <button type="submit" className="primary" disabled={!prompt.trim()}>
            <Icon name="wave" /> Generate
          </button>
        )}
      </div>
      <div className="options-row">
        <ModelChoice models={models} value={model} onChange={setModel} />
        <label className="check">
          <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.target.checked)} /> Keep going when I leave
        </label>
        {config?.rawPayloads && (
          <label className="check">
            <input type="checkbox" checked={raw} onChange={(event) => setRaw(event.target.checked)} /> Raw payloads
          </label>
        )}
      </div>
      <ul className="examples" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button type="button" className="chip" onClick={() => onPrompt(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}

interface Choices {
  model: string;
  keep: boolean;
  raw: boolean;
}

function requestOf(prompt: string, { model, keep, raw }: Choices): GenerationRequest {
  return {
    prompt: prompt.trim(),
    ...(model === TEMPLATE ? { use_ai: false } : {}),
    ...(model && model !== TEMPLATE ? { model } : {}),
    ...(keep ? { on_disconnect: "continue" as const } : {}),
    ...(raw ? { debug: true } : {}),
  };
}

/** Enter asks, Shift+Enter begins a new line; an input method's own Enter does neither. */
function submitOnEnter(event: KeyboardEvent, submit: () => void): void {
  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  submit();
}

function ModelChoice({ models, value, onChange }: { models: readonly Model[]; value: string; onChange(key: string): void }) {
  const known = models.some((model) => model.upstream === TEMPLATE);
  return (
    <label className="choice">
      <span className="visually-hidden">Model</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {models.length === 0 && <option value="">The service’s choice</option>}
        {models.map((model) => (
          <option key={model.key} value={model.default ? "" : model.key}>
            {model.name}
          </option>
        ))}
        {!known && <option value={TEMPLATE}>Template, without a model</option>}
      </select>
    </label>
  );
}
