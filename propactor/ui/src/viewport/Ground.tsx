// The ground that props stand on, and the lights.
import { useMemo } from "react";
import type { PropPart } from "../../client";
import { type Extent, sphereOf } from "./shape";

export interface Colors {
  /** The ground's own colour. */
  surface: string;
  edge: string;
  /** What the hemisphere light adds from above, and from below. */
  sky: string;
  ground: string;
  sun: number;
  ambient: number;
}

export const LIGHT: Colors = { surface: "#e9e3d6", edge: "#cfc6b4", sky: "#ffffff", ground: "#d8cdb8", sun: 1.9, ambient: 1.35 };
export const DARK: Colors = { surface: "#26282d", edge: "#3b3e46", sky: "#c9d6f2", ground: "#40392f", sun: 1.6, ambient: 1 };

export function Ground({ extent, colors }: { extent: Extent; colors: Colors }) {
  const radius = extent.radius * 1.12;
  return (
    <group>
      <mesh position={[0, -0.035, 0]} receiveShadow>
        <cylinderGeometry args={[radius, radius * 1.015, 0.07, 96]} />
        <meshStandardMaterial color={colors.surface} roughness={0.95} />
      </mesh>
      <mesh position={[0, 0.001, 0]} rotation={[-Math.PI / 2, 0, 0]}>
        <ringGeometry args={[radius * 0.955, radius * 0.965, 96]} />
        <meshBasicMaterial color={colors.edge} />
      </mesh>
    </group>
  );
}

export function Lights({ colors, extent }: { colors: Colors; extent: Extent }) {
  const far = Math.max(extent.radius, extent.height);
  return (
    <>
      <hemisphereLight args={[colors.sky, colors.ground, colors.ambient]} />
      <directionalLight
        key={far}
        position={[far * 1.6, far * 3, far * 1.4]}
        intensity={colors.sun}
        castShadow
        shadow-mapSize={[1024, 1024]}
        shadow-bias={-0.0004}
        shadow-normalBias={0.02}
        shadow-camera-left={-far * 1.6}
        shadow-camera-right={far * 1.6}
        shadow-camera-top={far * 1.8}
        shadow-camera-bottom={-far * 1.6}
        shadow-camera-near={0.1}
        shadow-camera-far={far * 8}
      />
      <directionalLight position={[-far * 2, far, -far * 1.5]} intensity={colors.sun * 0.25} color={colors.sky} />
    </>
  );
}

/** The light of emissive parts. There are always two point lights: another number would recompile all materials. */
export function PartLights({ parts }: { parts: readonly (PropPart | null)[] }) {
  const shining = useMemo(() => brightest(parts), [parts]);
  return [0, 1].map((index) => {
    const lamp = shining[index];
    return (
      <pointLight
        key={index}
        position={lamp?.position ?? [0, 1, 0]}
        color={lamp?.color ?? "#000000"}
        intensity={lamp ? lamp.power : 0}
        distance={lamp ? lamp.size * 9 : 1}
        decay={1.6}
      />
    );
  });
}

interface PartLight {
  position: [number, number, number];
  color: string;
  size: number;
  power: number;
}

function brightest(parts: readonly (PropPart | null)[]): PartLight[] {
  const shining = parts.filter((part) => part?.emissive) as PropPart[];
  const lamps = shining.map((part): PartLight => {
    const { center, radius } = sphereOf(part);
    return { position: [center.x, center.y + radius * 0.2, center.z], color: part.color, size: radius, power: Math.min(3, radius * 3) };
  });
  return lamps.sort((a, b) => b.size - a.size).slice(0, 2);
}
