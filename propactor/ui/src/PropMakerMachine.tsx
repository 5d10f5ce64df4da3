// PropMaker: ask for a prop, watch it being thought, written and built, and take it away.
import { useEffect, useRef, useState } from "react";
import type { GenerationRequest, PropPart, Service } from "../client";
import { CodePanel } from "./panels/CodePanel";
import { Composer } from "./panels/Composer";
import { type Drawer, Header } from "./panels/Header";
import { HistoryDialog, LibraryDialog } from "./panels/LibraryDialog";
import { ReplayBar } from "./panels/ReplayBar";
import { ResultStrip } from "./panels/ResultStrip";
import { StreamCheck } from "./panels/StreamCheck";
import { TokenGate } from "./panels/TokenGate";
import { type Machine, useMachine } from "./session/useMachine";
import { useReplay } from "./session/useReplay";
import { type ServiceState, useService } from "./session/useService";
import { isBusy, isLive, type View } from "./session/view";
import { ThinkingPanel } from "./ThinkingPanel";
import { useChoice, useMedia } from "./ui/hooks";
import { Viewport } from "./viewport/Viewport";

export interface PropMakerMachineProps {
  /** Where the service is; without it, where the page came from. */
  service?: Service;
}

export function PropMakerMachine({ service }: PropMakerMachineProps) {
  const serviceState = useService(service);
  const machine = useMachine(serviceState.service, serviceState.mayStream, !serviceState.locked && (serviceState.config !== undefined || serviceState.trouble !== undefined));
  const [prompt, setPrompt] = usePrompt(machine.view.request?.prompt);
  const [drawer, setDrawer] = useState<Drawer>();
  const [dark, setDark] = useScheme();
  const player = useReplay(machine.view);
  const { view } = machine;
  const run = player?.run ?? view.run;
  const live = isLive(view);
  return (
    <div className="app">
      <Header dark={dark} onDark={setDark} onOpen={setDrawer} onHome={() => machine.open(undefined)} />
      {serviceState.locked && <TokenGate onToken={serviceState.unlock} />}
      {serviceState.trouble && <p className="trouble" role="alert">{serviceState.trouble}</p>}
      <main>
        <ThinkingPanel run={run} live={live} busy={isBusy(view)} updatedAt={view.updatedAt} replaying={player?.run !== undefined} empty={emptyWords(view)} />
        <div className="centre">
          <PropViewport view={view} parts={run.parts} dark={dark} replaying={player?.run !== undefined}>
            {player && <ReplayBar player={player} />}
          </PropViewport>
          <ResultStrip view={view} saved={machine.saved} onSave={machine.save} onAgain={() => view.request && machine.generate(view.request)} />
          <PromptForm serviceState={serviceState} machine={machine} prompt={prompt} onPrompt={setPrompt} />
        </div>
        <CodePanel run={run} live={live || player?.playing === true} />
      </main>
      <Drawers drawer={drawer} machine={machine} serviceState={serviceState} onClose={() => setDrawer(undefined)} />
    </div>
  );
}

function emptyWords({ phase }: View): string {
  return phase === "idle" || phase === "ended"
    ? "Thoughts, tools and notices show here as they happen. Nothing is made up."
    : "Waiting for the first event.";
}

interface PromptFormProps {
  serviceState: ServiceState;
  machine: Machine;
  prompt: string;
  onPrompt(prompt: string): void;
}

function PromptForm({ serviceState, machine, prompt, onPrompt }: PromptFormProps) {
  const generate = (request: GenerationRequest) => machine.generate(request);
  return (
    <Composer
      prompt={prompt}
      onPrompt={onPrompt}
      config={serviceState.config}
      models={serviceState.models}
      busy={isBusy(machine.view)}
      cancelling={machine.view.cancelling}
      onGenerate={generate}
      onCancel={machine.cancel}
    />
  );
}

interface PropViewportProps {
  view: View;
  parts: readonly (PropPart | null)[];
  dark: boolean;
  replaying: boolean;
  children: React.ReactNode;
}

/** While a new run has no part yet, the last good prop stays, faded. */
function PropViewport({ view, parts, dark, replaying, children }: PropViewportProps) {
  const reducedMotion = useMedia("(prefers-reduced-motion: reduce)");
  const last = useRef<readonly (PropPart | null)[]>([]);
  const nothing = !parts.some(Boolean);
  const keep = nothing && view.phase !== "idle" && !replaying;
  if (!nothing || view.phase === "idle") last.current = parts;
  const shown = keep ? last.current : parts;
  return (
    <Viewport parts={shown} faded={keep && shown.length > 0} dark={dark} reducedMotion={reducedMotion}>
      {shown.length === 0 && <p className="stage-hint">Your prop appears here, part by part, while it is being written.</p>}
      {children}
    </Viewport>
  );
}

interface DrawersProps {
  drawer: Drawer | undefined;
  machine: Machine;
  serviceState: ServiceState;
  onClose(): void;
}

function Drawers({ drawer, machine, serviceState, onClose }: DrawersProps) {
  const open = (act: () => void) => {
    onClose();
    act();
  };
  switch (drawer) {
    case "history":
      return <HistoryDialog runs={machine.runs} onOpen={(run) => open(() => machine.open(run.id))} onRemove={machine.forgetRun} onClose={onClose} />;
    case "library":
      return <LibraryDialog props={machine.props} onOpen={(prop) => open(() => machine.show(prop))} onRemove={machine.forgetProp} onClose={onClose} />;
    case "check":
      return <StreamCheck service={serviceState.service} onClose={onClose} />;
    default:
      return null;
  }
}

/** Keep what is typed; what is opened brings its own prompt. */
function usePrompt(opened: string | undefined): [string, (prompt: string) => void] {
  const [prompt, setPrompt] = useState("");
  useEffect(() => {
    if (opened !== undefined) setPrompt(opened);
  }, [opened]);
  return [prompt, setPrompt];
}

/** The reader's scheme: the system's, until another is chosen. */
function useScheme(): [boolean, (dark: boolean) => void] {
  const system = useMedia("(prefers-color-scheme: dark)");
  const [choice, choose] = useChoice("propmaker-scheme", "");
  const dark = choice ? choice === "dark" : system;
  useEffect(() => {
    document.documentElement.dataset.scheme = dark ? "dark" : "light";
  }, [dark]);
  return [dark, (next) => choose(next ? "dark" : "light")];
}
