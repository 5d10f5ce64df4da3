// The texture of an emissive part's halo.
import { CanvasTexture, type Texture } from "three";

let texture: Texture | undefined;

/** Return the disc; it is drawn once. */
export function glowTexture(): Texture {
  texture ??= draw();
  return texture;
}

function draw(): Texture {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const context = canvas.getContext("2d");
  if (context) {
    const light = context.createRadialGradient(32, 32, 0, 32, 32, 32);
    light.addColorStop(0, "rgba(255,255,255,0.9)");
    light.addColorStop(0.35, "rgba(255,255,255,0.28)");
    light.addColorStop(1, "rgba(255,255,255,0)");
    context.fillStyle = light;
    context.fillRect(0, 0, 64, 64);
  }
  return new CanvasTexture(canvas);
}
