// The replay of a finished run, as a React hook.
import { useEffect, useMemo, useState } from "react";
import { lengthOf, Replay } from "../model/replay";
import type { Run } from "../model/run";
import type { View } from "./view";

/** Milliseconds below which there is nothing to watch: a template builds at once. */
const SHORTEST = 250;

export interface Player {
  /** The run at the time that is looked at; nothing while the run itself is shown. */
  run: Run | undefined;
  length: number;
  position: number;
  playing: boolean;
  seek(milliseconds: number): void;
  toggle(): void;
  exit(): void;
}

/** Offer a replay of a view whose run has ended and came with events. */
export function useReplay(view: View): Player | undefined {
  const [position, setPosition] = useState<number>();
  const [playing, setPlaying] = useState(false);
  const over = view.phase === "ended" && lengthOf(view.events) >= SHORTEST;
  const replay = useMemo(() => (over ? new Replay(view.events) : undefined), [over, view.events]);
  const length = over ? lengthOf(view.events) : 0;

  useEffect(() => {
    setPosition(undefined);
    setPlaying(false);
  }, [view.events]);
  usePlaying(playing, length, setPosition, () => setPlaying(false));

  if (!replay) return undefined;
  return {
    run: position === undefined ? undefined : replay.at(position),
    length,
    position: position ?? length,
    playing,
    seek: (at) => setPosition(at),
    toggle: () => {
      if (!playing && (position ?? length) >= length) setPosition(0);
      setPlaying(!playing);
    },
    exit: () => {
      setPlaying(false);
      setPosition(undefined);
    },
  };
}

/** Let the position run at the speed of time, up to the end. */
function usePlaying(playing: boolean, length: number, move: (next: (at?: number) => number) => void, stop: () => void) {
  useEffect(() => {
    if (!playing) return;
    let before = performance.now();
    let left = true;
    let frame = requestAnimationFrame(function step(now) {
      const passed = now - before;
      before = now;
      move((at = 0) => {
        left = at + passed < length;
        return Math.min(length, at + passed);
      });
      if (left) frame = requestAnimationFrame(step);
      else stop();
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, length]);
}
