// One part as a mesh: it grows when it comes, and has a halo if it is emissive.
import { useFrame } from "@react-three/fiber";
import { memo, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { AdditiveBlending, type Group } from "three";
import type { PropPart } from "../../client";
import { glowTexture } from "./glow";
import { geometryOf, sphereOf } from "./shape";

const ENTRANCE = 0.38;
const APART = 0.022;
const LONGEST_WAIT = 0.5;
const LONGEST_FRAME = 0.1; // after a pause, the first frame's delta is the length of the pause

interface Props {
  part: PropPart;
  /** Its place among the parts that came together, so that they rise one after the other. */
  turn: number;
  reducedMotion: boolean;
}

/** Drawn once: its key names everything that could change about it. */
export const PartMesh = memo(Mesh, () => true);

function Mesh({ part, turn, reducedMotion }: Props) {
  const group = useEntrance(turn, reducedMotion);
  const geometry = useMemo(() => geometryOf(part), [part]);
  useEffect(() => () => geometry?.dispose(), [geometry]);
  if (!geometry) return null;
  return (
    <group ref={group} position={part.position}>
      <mesh geometry={geometry} rotation={part.rotation ? [...part.rotation] : [0, 0, 0]} castShadow receiveShadow>
        <Material part={part} />
      </mesh>
      {part.emissive && <Halo part={part} />}
    </group>
  );
}

function Material({ part }: { part: Pick<PropPart, "color" | "emissive"> }) {
  return part.emissive ? (
    <meshStandardMaterial color={part.color} emissive={part.color} emissiveIntensity={0.9} roughness={0.5} />
  ) : (
    <meshStandardMaterial color={part.color} roughness={0.78} flatShading />
  );
}

const WARMUP_PART: PropPart = { type: "box", position: [0, -0.05, 0], args: [0.001, 0.001, 0.001], color: "#888888", emissive: true };

/** Draw a tiny part of each material inside the ground: shaders are compiled now, not when the first part comes. */
export function ShaderWarmup() {
  return [true, false].map((emissive) => (
    <group key={String(emissive)} position={WARMUP_PART.position}>
      <mesh castShadow receiveShadow>
        <boxGeometry args={[0.001, 0.001, 0.001]} />
        <Material part={{ ...WARMUP_PART, emissive }} />
      </mesh>
      {emissive && <Halo part={WARMUP_PART} />}
    </group>
  ));
}

function Halo({ part }: { part: PropPart }) {
  const { center, radius } = useMemo(() => sphereOf(part), [part]);
  const size = radius * 4.2;
  const [x, y, z] = part.position;
  return (
    <sprite position={[center.x - x, center.y - y, center.z - z]} scale={[size, size, 1]} raycast={() => null}>
      <spriteMaterial
        map={glowTexture()}
        color={part.color}
        blending={AdditiveBlending}
        opacity={0.34}
        transparent
        depthWrite={false}
        toneMapped={false}
      />
    </sprite>
  );
}

/** Rise from a little below and a little smaller, once. */
function useEntrance(turn: number, reducedMotion: boolean) {
  const group = useRef<Group>(null);
  const age = useRef(reducedMotion ? ENTRANCE : -Math.min(LONGEST_WAIT, turn * APART));
  useFrame((state, delta) => {
    if (!group.current || age.current >= ENTRANCE) return;
    age.current += Math.min(delta, LONGEST_FRAME);
    pose(group.current, age.current / ENTRANCE);
    state.invalidate();
  });
  useLayoutEffect(() => {
    if (group.current) pose(group.current, age.current / ENTRANCE);
  }, []);
  return group;
}

/** Show a part at a share of its entrance: it grows quickly, a little too large, then right. */
function pose(group: Group, share: number): void {
  const rest = Math.min(0, share - 1);
  group.visible = share >= 0;
  group.scale.setScalar(1 + 1.1 * rest ** 3 + 0.65 * rest ** 2);
}
