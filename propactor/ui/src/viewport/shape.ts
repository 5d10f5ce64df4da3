// The geometry of a part in three.js, and the extent of all parts.
import {
  BoxGeometry,
  type BufferGeometry,
  ConeGeometry,
  CylinderGeometry,
  Euler,
  Sphere,
  SphereGeometry,
  TorusGeometry,
  Vector3,
} from "three";
import type { PropPart } from "../../client";

type Parts = readonly (PropPart | null)[];

// The service has checked type and arguments; a number stands for a boolean where three.js wants one.
const GEOMETRIES: Record<string, (args: readonly number[]) => BufferGeometry> = {
  box: (args) => new BoxGeometry(...args),
  cylinder: ([top, bottom, height, radial, rows, open, ...angles]) =>
    new CylinderGeometry(top, bottom, height, radial, rows, Boolean(open), ...angles),
  sphere: (args) => new SphereGeometry(...args),
  cone: ([radius, height, radial, rows, open, ...angles]) =>
    new ConeGeometry(radius, height, radial, rows, Boolean(open), ...angles),
  torus: (args) => new TorusGeometry(...args),
};

/** Make a part's geometry; nothing for a kind this page doesn't know. */
export function geometryOf(part: PropPart): BufferGeometry | undefined {
  return GEOMETRIES[part.type]?.(part.args);
}

const SPHERES = new WeakMap<PropPart, Sphere>();

/** Return the sphere around a part, for glows and for the camera; it is worked out once. */
export function sphereOf(part: PropPart): Sphere {
  const known = SPHERES.get(part) ?? measure(part);
  SPHERES.set(part, known);
  return known;
}

function measure(part: PropPart): Sphere {
  const geometry = geometryOf(part);
  if (!geometry) return new Sphere(new Vector3(...part.position), 0);
  geometry.computeBoundingSphere();
  const { center, radius } = geometry.boundingSphere ?? new Sphere(new Vector3(), 0);
  geometry.dispose();
  const turned = center.clone().applyEuler(new Euler(...(part.rotation ?? [0, 0, 0])));
  return new Sphere(turned.add(new Vector3(...part.position)), radius);
}

/** How far a prop reaches to the sides, and how high it is; never less than `LEAST`. */
export interface Extent {
  radius: number;
  height: number;
}

export const LEAST: Extent = { radius: 0.75, height: 1.1 };
const STEP = 1.25;

/** Return the extent of parts, in steps: it changes seldom, so that the camera moves seldom. */
export function extentOf(parts: Parts): Extent {
  let { radius, height } = LEAST;
  for (const part of parts) {
    if (!part) continue;
    const sphere = sphereOf(part);
    radius = Math.max(radius, Math.hypot(sphere.center.x, sphere.center.z) + sphere.radius * 0.8);
    height = Math.max(height, sphere.center.y + sphere.radius * 0.9);
  }
  return { radius: inSteps(radius, LEAST.radius), height: inSteps(height, LEAST.height) };
}

function inSteps(value: number, least: number): number {
  return least * STEP ** Math.ceil(Math.log(value / least) / Math.log(STEP) - 1e-9);
}

/** Return a React key made of everything that is drawn: the same part keeps its mesh, whatever list it comes in. */
export function keyOf(part: PropPart, index: number): string {
  const { type, position, rotation, args, color, emissive } = part;
  return `${index}|${type}|${position.join()}|${rotation?.join() ?? ""}|${args.join()}|${color}|${emissive}`;
}
