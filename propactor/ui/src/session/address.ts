// The addresses of generations: `/g/{requestId}`.

/** Return the generation that an address names. */
export function requestIdIn(path: string): string | undefined {
  const found = /^\/g\/([A-Za-z0-9_-]{1,100})\/?$/.exec(path);
  return found?.[1];
}

export function pathOf(requestId: string | undefined): string {
  return requestId ? `/g/${requestId}` : "/";
}

/** Show an address without loading anything. */
export function goTo(requestId: string | undefined): void {
  const path = pathOf(requestId);
  if (location.pathname !== path) history.pushState(null, "", path);
}
