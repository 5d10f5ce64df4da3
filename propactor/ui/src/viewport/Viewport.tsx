// The prop in three dimensions, as far as there is one.
import { Canvas } from "@react-three/fiber";
import { Component, type KeyboardEvent, memo, type ReactNode, useCallback, useMemo, useRef } from "react";
import { NeutralToneMapping } from "three";
import type { PropPart } from "../../client";
import { Icon } from "../ui/Icon";
import { Camera, type ViewControls } from "./Camera";
import { DARK, Ground, LIGHT, Lights, PartLights } from "./Ground";
import { PartMesh, ShaderWarmup } from "./PartMesh";
import { extentOf, keyOf } from "./shape";

interface Props {
  parts: readonly (PropPart | null)[];
  /** What is shown belongs to the run before; the new one has no part yet. */
  faded: boolean;
  dark: boolean;
  /** Draw without animations. */
  reducedMotion: boolean;
  children?: ReactNode;
}

const TURN = 0.18;

export function Viewport({ parts, faded, dark, reducedMotion, children }: Props) {
  const controls = useRef<ViewControls>(null);
  const setControls = useCallback((ready: ViewControls) => {
    controls.current = ready;
  }, []);
  const count = parts.filter(Boolean).length;
  return (
    <section
      className={faded ? "stage faded" : "stage"}
      aria-label={`3D view, ${count} ${count === 1 ? "part" : "parts"}. Arrow keys turn it, plus and minus zoom, 0 resets.`}
      tabIndex={0}
      data-parts={count}
      onKeyDown={(event) => onKey(event, controls.current)}
    >
      <WithoutGl>
        <Scene parts={parts} dark={dark} reducedMotion={reducedMotion} onReady={setControls} />
      </WithoutGl>
      <div className="stage-buttons">
        <button type="button" className="icon" aria-label="Zoom in" onClick={() => controls.current?.zoom(0.8)}>
          <Icon name="plus" />
        </button>
        <button type="button" className="icon" aria-label="Zoom out" onClick={() => controls.current?.zoom(1.25)}>
          <Icon name="minus" />
        </button>
        <button type="button" className="icon" aria-label="Reset the view" onClick={() => controls.current?.reset()}>
          <Icon name="reset" />
        </button>
      </div>
      {children}
    </section>
  );
}

function onKey(event: KeyboardEvent, controls: ViewControls | null): void {
  if (event.target !== event.currentTarget || !controls) return;
  const keys: Record<string, () => void> = {
    ArrowLeft: () => controls.turn(-TURN, 0),
    ArrowRight: () => controls.turn(TURN, 0),
    ArrowUp: () => controls.turn(0, TURN),
    ArrowDown: () => controls.turn(0, -TURN),
    "+": () => controls.zoom(0.85),
    "=": () => controls.zoom(0.85),
    "-": () => controls.zoom(1.18),
    "0": () => controls.reset(),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

interface SceneProps extends Pick<Props, "parts" | "dark" | "reducedMotion"> {
  onReady(controls: ViewControls): void;
}

/** Drawn anew only when something in it changes: text alone must not cost a picture. */
const Scene = memo(function Scene({ parts, dark, reducedMotion, onReady }: SceneProps) {
  const extent = useMemo(() => extentOf(parts), [parts]);
  const colors = dark ? DARK : LIGHT;
  return (
    <Canvas frameloop="demand" shadows="percentage" dpr={[1, 2]} gl={{ toneMapping: NeutralToneMapping }} camera={{ fov: 32, near: 0.05, far: 2000 }}>
      <Camera extent={extent} reducedMotion={reducedMotion} onReady={onReady} />
      <Lights colors={colors} extent={extent} />
      <PartLights parts={parts} />
      <Ground extent={extent} colors={colors} />
      <Parts parts={parts} reducedMotion={reducedMotion} />
      <ShaderWarmup />
    </Canvas>
  );
});

/** All parts; those that are new in this drawing rise one after the other. */
function Parts({ parts, reducedMotion }: Pick<Props, "parts" | "reducedMotion">) {
  const known = useRef(new Map<string, number>());
  const names = parts.map((part, index) => (part ? keyOf(part, index) : ""));
  let turn = 0;
  const turns = new Map(names.map((name) => [name, known.current.get(name) ?? turn++]));
  known.current = turns;
  return parts.map(
    (part, index) => part && <PartMesh key={names[index]} part={part} turn={turns.get(names[index] ?? "") ?? 0} reducedMotion={reducedMotion} />,
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
