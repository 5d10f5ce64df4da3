// The service's config and models: asked for once, and again when a token is given.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Config, getConfig, getModels, type Model, type Service, ServiceError } from "../../client";
import { mayStream } from "./fallback";

const TOKEN = "propmaker-token";
/** Milliseconds for config and models. Both are answered from memory; 10 s leave room for the slowest of networks. */
const TIMEOUT_MS = 10_000;

export interface ServiceState {
  service: Service;
  config: Config | undefined;
  models: readonly Model[];
  /** The service wants a token, or another one. */
  locked: boolean;
  /** The service could not be asked. */
  trouble: string | undefined;
  unlock(token: string): void;
  /** Tell whether generations are streamed here, as soon as that is known; within 10 s at most. */
  mayStream(): Promise<boolean>;
}

/** Ask for config and models; both fail when they have not come within `timeoutMs` milliseconds. */
export function askConfigAndModels(service: Service, timeoutMs = TIMEOUT_MS): [Promise<Config>, Promise<Model[]>] {
  const signal = AbortSignal.timeout(timeoutMs);
  return [getConfig(service, signal), getModels(service, signal)];
}

/** Keep the config and the models of a service; `given` is where it is. */
export function useService(given: Service | undefined): ServiceState {
  const [config, setConfig] = useState<Config>();
  const [models, setModels] = useState<readonly Model[]>([]);
  const [failure, setFailure] = useState<ServiceError>();
  const service = useMemo<Service>(() => given ?? { token: () => sessionStorage.getItem(TOKEN) ?? undefined }, [given]);

  // A promise, not `config`: a prompt may be sent before the answer has come, and has to wait for it.
  const latestConfig = useRef<Promise<Config>>(undefined);

  const ask = useCallback(() => {
    const answers = askConfigAndModels(service);
    latestConfig.current = answers[0];
    Promise.all(answers).then(
      ([config, models]) => {
        setFailure(undefined);
        setConfig(config);
        setModels(models);
      },
      (error: unknown) => setFailure(error instanceof ServiceError ? error : new ServiceError("UNREACHABLE", String(error))),
    );
  }, [service]);
  useEffect(ask, [ask]);

  const unlock = (token: string) => {
    sessionStorage.setItem(TOKEN, token);
    ask();
  };
  const locked = failure?.status === 401;
  const trouble = locked ? undefined : failure?.message;
  return { service, config, models, locked, trouble, unlock, mayStream: () => mayStream(latestConfig.current) };
}
