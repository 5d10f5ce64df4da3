// React hooks that several panels need: follow a scroll, media queries, a clock, a stored choice.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";

const NEAR = 32;

/** Keeps a scrolled element at its end, unless the reader has scrolled up. */
export function useFollow(change: unknown): { ref: RefObject<HTMLDivElement | null>; following: boolean; follow(): void } {
  const ref = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const follow = useCallback(() => {
    setFollowing(true);
    toEnd(ref.current);
  }, []);
  useEffect(() => {
    const element = ref.current;
    const look = () => element && setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR);
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, []);
  useLayoutEffect(() => {
    if (following) toEnd(ref.current);
  }, [change, following]);
  return { ref, following, follow };
}

function toEnd(element: HTMLElement | null): void {
  element?.scrollTo({ top: element.scrollHeight });
}

/** Tells whether a media query holds, now and when that changes. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** Draws anew ten times a second while something runs: only for clocks. */
export function useClock(running: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!running) return;
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

/** Remembers a choice in this browser, where it lets us. */
export function useChoice(name: string, first: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => attempt(() => localStorage.getItem(name)) ?? first);
  const choose = (next: string) => {
    setValue(next);
    attempt(() => localStorage.setItem(name, next));
  };
  return [value, choose];
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined; // storage is forbidden or full
  }
}
