// HTTP calls to the service, and their errors.

/** Where the service is, and the token it wants. */
export interface Service {
  /** Address before `/api/creator`; empty for the page's own origin. */
  base?: string;
  /** The bearer token, where the service wants one; asked for at each call. */
  token?: () => string | undefined;
  /** Another `fetch`, for tests. */
  fetch?: typeof fetch;
}

/** The service refused, or can't be used. `code` is the service's own, or one of this client's. */
export class ServiceError extends Error {
  override name = "ServiceError";

  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
    readonly recoverable = true,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** Ask the service. The answer may be a refusal: the caller has to look at its status. */
export function ask(service: Service, path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  const token = service.token?.();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const url = `${service.base ?? ""}/api/creator/${path}`;
  return (service.fetch ?? fetch)(url, { ...options, headers, cache: "no-store" });
}

/** Ask for JSON and throw a `ServiceError` for whatever isn't an answer. */
export async function askJson<T>(service: Service, path: string, options: RequestInit = {}): Promise<T> {
  const response = await ask(service, path, options).catch(unreachable);
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as T;
}

/** Make the options of a POST of JSON. */
export function jsonPost(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** Read a problem, or make one of whatever else was answered. */
export async function refusal(response: Response): Promise<ServiceError> {
  const problem = await objectOf(response);
  const code = typeof problem.code === "string" ? problem.code : `HTTP_${response.status}`;
  const detail = typeof problem.detail === "string" ? problem.detail : `The server answered ${response.status}.`;
  const seconds = Number(response.headers.get("Retry-After"));
  const wait = seconds > 0 ? seconds * 1000 : undefined;
  return new ServiceError(code, detail, response.status, problem.recoverable !== false, wait);
}

async function objectOf(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json().catch(() => null);
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function unreachable(reason: unknown): never {
  if (isAbort(reason)) throw reason;
  throw new ServiceError("UNREACHABLE", "The service can't be reached.");
}

/** Tell whether the caller aborted; that is no failure. */
export function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "AbortError";
}

/** Make a key that marks repeats of a request. `crypto.randomUUID` is missing where the page isn't secure. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
