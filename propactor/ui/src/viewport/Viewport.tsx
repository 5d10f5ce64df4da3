// The prop in three dimensions, as far as there is one.
import { Canvas } from "@react-three/fiber";
import { Component, type KeyboardEvent, memo, type ReactNode, useCallback, useMemo, useRef } from "react";
import { NeutralToneMapping } from "three";
import type { PropPart } from "../../client";
import { Icon } from "../ui/Icon";
import { Camera, type Moves } from "./Camera";
import { DARK, Ground, Lamps, LIGHT, Lights } from "./Ground";
import { PartMesh, Warm } from "./PartMesh";
import { nameOf, reachOf } from "./shape";

interface Props {
  parts: readonly (PropPart | null)[];
  /** What is shown belongs to the run before; the new one has no part yet. */
  faded: boolean;
  dark: boolean;
  /** Nothing moves by itself. */
  still: boolean;
  children?: ReactNode;
}

const TURN = 0.18;

export function Viewport({ parts, faded, dark, still, children }: Props) {
  const moves = useRef<Moves>(null);
  const setMoves = useCallback((ready: Moves) => {
    moves.current = ready;
  }, []);
  const count = parts.filter(Boolean).length;
  return (
    <section
      className={faded ? "stage faded" : "stage"}
      aria-label={`3D view, ${count} ${count === 1 ? "part" : "parts"}. Arrow keys turn it, plus and minus zoom, 0 resets.`}
      tabIndex={0}
      data-parts={count}
      onKeyDown={(event) => press(event, moves.current)}
    >
      <WithoutGl>
        <Scene parts={parts} dark={dark} still={still} onReady={setMoves} />
      </WithoutGl>
      <div className="stage-buttons">
        <button type="button" className="icon" aria-label="Zoom in" onClick={() => moves.current?.zoom(0.8)}>
          <Icon name="plus" />
        </button>
        <button type="button" className="icon" aria-label="Zoom out" onClick={() => moves.current?.zoom(1.25)}>
          <Icon name="minus" />
        </button>
        <button type="button" className="icon" aria-label="Reset the view" onClick={() => moves.current?.reset()}>
          <Icon name="reset" />
        </button>
      </div>
      {children}
    </section>
  );
}

function press(event: KeyboardEvent, moves: Moves | null): void {
  if (event.target !== event.currentTarget || !moves) return;
  const keys: Record<string, () => void> = {
    ArrowLeft: () => moves.turn(-TURN, 0),
    ArrowRight: () => moves.turn(TURN, 0),
    ArrowUp: () => moves.turn(0, TURN),
    ArrowDown: () => moves.turn(0, -TURN),
    "+": () => moves.zoom(0.85),
    "=": () => moves.zoom(0.85),
    "-": () => moves.zoom(1.18),
    "0": () => moves.reset(),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

interface SceneProps extends Pick<Props, "parts" | "dark" | "still"> {
  onReady(moves: Moves): void;
}

/** Drawn anew only when something in it changes: text alone must not cost a picture. */
const Scene = memo(function Scene({ parts, dark, still, onReady }: SceneProps) {
  const reach = useMemo(() => reachOf(parts), [parts]);
  const colors = dark ? DARK : LIGHT;
  return (
    <Canvas frameloop="demand" shadows="percentage" dpr={[1, 2]} gl={{ toneMapping: NeutralToneMapping }} camera={{ fov: 32, near: 0.05, far: 2000 }}>
      <Camera reach={reach} still={still} onReady={onReady} />
      <Lights colors={colors} reach={reach} />
      <Lamps parts={parts} />
      <Ground reach={reach} colors={colors} />
      <Parts parts={parts} still={still} />
      <Warm />
    </Canvas>
  );
});

/** All parts; those that are new in this drawing rise one after the other. */
function Parts({ parts, still }: Pick<Props, "parts" | "still">) {
  const known = useRef(new Map<string, number>());
  const names = parts.map((part, index) => (part ? nameOf(part, index) : ""));
  let turn = 0;
  const turns = new Map(names.map((name) => [name, known.current.get(name) ?? turn++]));
  known.current = turns;
  return parts.map(
    (part, index) => part && <PartMesh key={names[index]} part={part} turn={turns.get(names[index] ?? "") ?? 0} still={still} />,
  );
}

/** A browser without WebGL shows everything else. */
class WithoutGl extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <p className="stage-message">This browser offers no WebGL, so the prop can't be drawn. Its code and parts can be had all the same.</p>;
  }
}
