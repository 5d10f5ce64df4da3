// What the service lets this page do: found out once, and again when a token is given.
import { useCallback, useEffect, useMemo, useState } from "react";
import { type Config, getConfig, getModels, type Model, type Service, ServiceError } from "../../client";

const TOKEN = "propmaker-token";

export interface Offer {
  service: Service;
  config: Config | undefined;
  models: readonly Model[];
  /** The service wants a token, or another one. */
  locked: boolean;
  /** The service could not be asked. */
  trouble: string | undefined;
  unlock(token: string): void;
}

/** Ask a service what it offers; `given` is where it is. */
export function useService(given: Service | undefined): Offer {
  const [config, setConfig] = useState<Config>();
  const [models, setModels] = useState<readonly Model[]>([]);
  const [failure, setFailure] = useState<ServiceError>();
  const service = useMemo<Service>(() => given ?? { token: () => sessionStorage.getItem(TOKEN) ?? undefined }, [given]);

  const ask = useCallback(() => {
    const known = Promise.all([getConfig(service), getModels(service)]);
    known.then(
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
  return { service, config, models, locked, trouble: locked ? undefined : failure?.message, unlock };
}
