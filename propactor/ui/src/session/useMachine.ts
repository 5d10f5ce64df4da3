// The page's state as a React hook: one session, its address, and what the browser stores of it.
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { GenerationRequest, Service } from "../../client";
import { type PastRun, type SavedProp, StoredList } from "../library/storedList";
import { goTo, requestIdIn } from "./address";
import { Session } from "./session";
import { isBusy, type View } from "./view";

const MOST_RUNS = 50;
const MOST_PROPS = 100;

export interface Machine {
  view: View;
  runs: readonly PastRun[];
  props: readonly SavedProp[];
  saved: boolean;
  generate(request: GenerationRequest): void;
  cancel(): void;
  save(): void;
  open(requestId: string | undefined): void;
  show(prop: SavedProp): void;
  forgetRun(id: string): void;
  forgetProp(id: string): void;
}

/**
 * Run one session on a service.
 *
 * @param mayStream tells whether generations are streamed, as soon as that is known
 * @param ready whether the service has said what it offers, or can't
 */
export function useMachine(service: Service, mayStream: () => Promise<boolean>, ready: boolean): Machine {
  const runs = useMemo(() => new StoredList<PastRun>("propmaker-history", MOST_RUNS), []);
  const props = useMemo(() => new StoredList<SavedProp>("propmaker-library", MOST_PROPS), []);
  const session = useMemo(() => makeSession(service, runs), [service, runs]);
  const view = useSyncExternalStore(session.subscribe, session.read);
  const pastRuns = useSyncExternalStore(runs.subscribe, runs.read);
  const savedProps = useSyncExternalStore(props.subscribe, props.read);
  useAddress(session, runs, ready);
  const open = useCallback((id: string | undefined) => openRun(session, runs, id), [session, runs]);
  return {
    view,
    runs: pastRuns,
    props: savedProps,
    saved: view.run.result !== undefined && savedProps.some(({ id }) => id === idOf(view)),
    generate: (request) => void session.generate(request, mayStream()),
    cancel: () => void session.cancel(),
    save: () => props.put(propOf(view)),
    open: (id) => {
      goTo(id);
      open(id);
    },
    show: (prop) => {
      goTo(undefined);
      session.show(prop, { prompt: prop.prompt });
    },
    forgetRun: (id) => runs.remove(id),
    forgetProp: (id) => props.remove(id),
  };
}

/** Follow the address: at the start, and when the reader goes back or forward. */
function useAddress(session: Session, runs: StoredList<PastRun>, ready: boolean): void {
  const begun = useRef(false);
  useEffect(() => {
    const look = () => openRun(session, runs, requestIdIn(location.pathname));
    if (ready && !begun.current) {
      begun.current = true;
      // Who is quick has asked for something before the service has said what it offers.
      if (requestIdIn(location.pathname) && session.read().phase === "idle") look();
    }
    addEventListener("popstate", look);
    return () => removeEventListener("popstate", look);
  }, [session, runs, ready]);
  useEffect(() => () => session.close(), [session]);
}

function openRun(session: Session, runs: StoredList<PastRun>, id: string | undefined): void {
  if (id === undefined) return session.clear();
  if (session.read().run.requestId === id && isBusy(session.read())) return;
  const prompt = runs.find(id)?.prompt;
  void session.follow(id, prompt === undefined ? undefined : { prompt });
}

function makeSession(service: Service, runs: StoredList<PastRun>): Session {
  const session: Session = new Session(service, {
    onStarted: (requestId) => {
      const { request, run } = session.read();
      goTo(requestId);
      if (request && !runs.find(requestId)) runs.put(pastOf(requestId, request.prompt, run.startedAt));
    },
    onEnded: (view) => remember(runs, view),
  });
  return session;
}

function pastOf(id: string, prompt: string, startedAt = Date.now()): PastRun {
  return { id, prompt, parts: 0, createdAt: startedAt };
}

/** Write down how a run ended; one that was never seen to start by this browser isn't its own. */
function remember(runs: StoredList<PastRun>, { run, failure }: View): void {
  const past = run.requestId === undefined ? undefined : runs.find(run.requestId);
  if (!past) return;
  const error = run.error?.code ?? failure?.code;
  runs.put({
    ...past,
    ...(run.result ? { name: run.result.name, method: run.result.method, parts: run.result.parts.length } : {}),
    ...(run.done ? { durationMs: run.done.durationMs } : {}),
    ...(error ? { error } : {}),
  });
}

function idOf({ run }: View): string {
  return run.requestId ?? `${run.result?.name}-${run.startedAt}`;
}

function propOf(view: View): SavedProp {
  const { result } = view.run;
  if (!result) throw new Error("there is nothing to save yet");
  const { name, filename, code, parts, method } = result;
  return { id: idOf(view), name, filename, code, parts, method, prompt: view.request?.prompt ?? "", createdAt: Date.now() };
}
