// The camera: it stays still while parts come, moves back only for what would not fit, and follows the user's controls.
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo, useRef } from "react";
import { MathUtils, type PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import type { Extent } from "./shape";

const DIRECTION = new Vector3(0.72, 0.46, 1).normalize();
/** Exponential easing, per second: after 1/6 s the camera has gone 63 % of the way. */
const EASING_RATE = 6;

/** What the keyboard and the buttons do; angles in radians. */
export interface ViewControls {
  turn(sideways: number, up: number): void;
  zoom(factor: number): void;
  reset(): void;
}

interface Props {
  extent: Extent;
  reducedMotion: boolean;
  onReady(controls: ViewControls): void;
}

export function Camera({ extent, reducedMotion, onReady }: Props) {
  const { gl, camera, invalidate, size } = useThree();
  const controls = useMemo(() => makeControls(camera as PerspectiveCamera, gl.domElement), [camera, gl]);
  const touched = useRef(false);
  const goal = useRef<Goal | null>(null);
  const aspect = size.width / Math.max(1, size.height);

  useEffect(() => {
    const moved = () => invalidate();
    const taken = () => {
      touched.current = true;
      goal.current = null;
    };
    controls.addEventListener("change", moved);
    controls.addEventListener("start", taken);
    return () => controls.dispose();
  }, [controls, invalidate]);

  useEffect(() => {
    const fitted = fit(extent, aspect, camera as PerspectiveCamera);
    controls.minDistance = fitted.distance * 0.25;
    controls.maxDistance = fitted.distance * 4;
    const go = (towards: Goal) => {
      goal.current = towards;
      invalidate();
    };
    if (!touched.current) go(fitted);
    onReady({
      turn: (sideways, up) => {
        touched.current = true;
        turn(controls, sideways, up);
      },
      zoom: (factor) => {
        touched.current = true;
        zoom(controls, factor);
      },
      reset: () => {
        touched.current = false;
        camera.position.copy(controls.target).addScaledVector(DIRECTION, camera.position.distanceTo(controls.target));
        go(fitted);
      },
    });
  }, [extent.radius, extent.height, aspect, camera, controls, invalidate, onReady]);

  useFrame((state, delta) => {
    if (goal.current && approach(controls, goal.current, reducedMotion || isFar(controls) ? 1 : 1 - Math.exp(-EASING_RATE * delta))) {
      goal.current = null;
    }
    controls.update();
    if (goal.current) state.invalidate();
  });
  return null;
}

interface Goal {
  distance: number;
  height: number;
}

function makeControls(camera: PerspectiveCamera, element: HTMLElement): OrbitControls {
  const controls = new OrbitControls(camera, element);
  controls.enableDamping = false;
  controls.enablePan = false;
  controls.maxPolarAngle = MathUtils.degToRad(96);
  camera.position.copy(DIRECTION).multiplyScalar(1000); // nowhere yet: the first fit jumps
  return controls;
}

function isFar(controls: OrbitControls): boolean {
  return controls.object.position.distanceTo(controls.target) > 900;
}

/** Return where to look from so that everything fits, whatever the shape of the picture. */
function fit(extent: Extent, aspect: number, camera: PerspectiveCamera): Goal {
  const upright = Math.tan(MathUtils.degToRad(camera.fov / 2));
  const size = Math.max(extent.height * 0.6 + extent.radius * 0.2, (extent.radius * 1.16) / Math.max(0.2, aspect));
  return { distance: size / upright + extent.radius * 0.5, height: extent.height * 0.36 };
}

/** Go a share of the way; return whether we are there. */
function approach(controls: OrbitControls, goal: Goal, share: number): boolean {
  const offset = controls.object.position.clone().sub(controls.target);
  const distance = MathUtils.lerp(offset.length(), goal.distance, share);
  controls.target.y = MathUtils.lerp(controls.target.y, goal.height, share);
  controls.object.position.copy(controls.target).add(offset.setLength(distance));
  const there = Math.abs(distance - goal.distance) < goal.distance * 0.002;
  return there && Math.abs(controls.target.y - goal.height) < 0.002;
}

function turn(controls: OrbitControls, sideways: number, up: number): void {
  const offset = controls.object.position.clone().sub(controls.target);
  offset.applyAxisAngle(new Vector3(0, 1, 0), sideways);
  const lift = offset.y + up * offset.length();
  const most = offset.length() * 0.98;
  const length = offset.length();
  offset.y = MathUtils.clamp(lift, -0.1 * length, most);
  controls.object.position.copy(controls.target).add(offset.setLength(length));
  controls.update();
}

function zoom(controls: OrbitControls, factor: number): void {
  const offset = controls.object.position.clone().sub(controls.target);
  const length = MathUtils.clamp(offset.length() * factor, controls.minDistance, controls.maxDistance);
  controls.object.position.copy(controls.target).add(offset.setLength(length));
  controls.update();
}
