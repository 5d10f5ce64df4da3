"""A prop of twelve parts, written the way a model writes one, whole and in several broken ways."""

import json
from collections.abc import Sequence
from typing import NamedTuple


class Mesh(NamedTuple):
    """One part: its geometry, its place and its looks."""

    type: str
    position: tuple[float, float, float]
    args: tuple[float, ...]
    color: str
    emissive: bool = False
    rotation: tuple[float, float, float] | None = None


NAME = "LittleLighthouse"
MESHES = (
    Mesh("cylinder", (0, 0.05, 0), (0.5, 0.58, 0.1, 9), "#6b6f76"),
    Mesh("torus", (0, 0.1, 0), (0.45, 0.03, 8, 20), "#4f8f6a", rotation=(1.5708, 0, 0)),
    Mesh("cylinder", (0, 0.3, 0), (0.24, 0.3, 0.4, 16), "#f4f1e8"),
    Mesh("cylinder", (0, 0.65, 0), (0.2, 0.24, 0.3, 16), "#c8372d"),
    Mesh("cylinder", (0, 0.95, 0), (0.16, 0.2, 0.3, 16), "#f4f1e8"),
    Mesh("torus", (0, 1.11, 0), (0.2, 0.02, 8, 24), "#2f3640", rotation=(1.5708, 0, 0)),
    Mesh("cylinder", (0, 1.2, 0), (0.12, 0.12, 0.18, 12), "#ffe9a8", emissive=True),
    Mesh("cone", (0, 1.36, 0), (0.18, 0.16, 12), "#8f241d"),
    Mesh("sphere", (0, 1.46, 0), (0.03, 10, 8), "#ffd45e", emissive=True),
    Mesh("box", (0, 0.2, 0.27), (0.12, 0.2, 0.04), "#5a3a22"),
    Mesh("box", (0.06, 0.66, 0.21), (0.06, 0.08, 0.03), "#ffdf7d", emissive=True, rotation=(0, 0.3, 0)),
    Mesh("cone", (-0.42, 0.17, 0.2), (0.06, 0.16, 6), "#3f6d4c", rotation=(0, 0, 0.15)),
)

HEAD = f"""import {{ useRef }} from 'react';
import {{ useFrame }} from '@react-three/fiber';
import * as THREE from 'three';

interface {NAME}Props {{
  position?: [number, number, number]
  scale?: number
}}

export function {NAME}({{ position = [0, 0, 0], scale = 1 }}: {NAME}Props) {{
  const groupRef = useRef<THREE.Group>(null);

  useFrame((state) => {{
    if (groupRef.current) {{
      groupRef.current.rotation.y = state.clock.elapsedTime * 0.2;
    }}
  }});

  return (
    <group ref={{groupRef}} position={{position}} scale={{scale}}>
"""
TAIL = "    </group>\n  );\n}\n"


def pebbles(count: int) -> tuple[Mesh, ...]:
    """Lay so many small stones round the foot, for a prop with many parts."""
    return tuple(
        Mesh(
            "box",
            (round(i % 16 * 0.06 - 0.45, 2), 0.02, round(i // 16 * 0.06 - 0.45, 2)),
            (0.03,) * 3,
            "#808890",
        )
        for i in range(count)
    )


def code(meshes: Sequence[Mesh] = MESHES) -> str:
    """Write the component."""
    return HEAD + "\n".join(element(mesh) for mesh in meshes) + TAIL


def element(mesh: Mesh) -> str:
    """Write one mesh as JSX."""
    turned = f" rotation={{{json.dumps(mesh.rotation)}}}" if mesh.rotation else ""
    glow = f' emissive="{mesh.color}" emissiveIntensity={{1.2}}' if mesh.emissive else " flatShading"
    return (
        f"      <mesh position={{{json.dumps(mesh.position)}}}{turned} castShadow>\n"
        f"        <{mesh.type}Geometry args={{{json.dumps(mesh.args)}}} />\n"
        f'        <meshStandardMaterial color="{mesh.color}"{glow} />\n'
        "      </mesh>\n"
    )


def parts_block(meshes: Sequence[Mesh] = MESHES) -> str:
    """Write the list of parts that follows the component, one part a line."""
    rows = ",\n".join("  " + json.dumps(row(mesh)) for mesh in meshes)
    return f"/* PARTS_DATA\n[\n{rows}\n]\nPARTS_DATA */"


def row(mesh: Mesh) -> dict[str, object]:
    """Return one part as the object in the list; ``rotation`` only where it is turned."""
    return {key: value for key, value in mesh._asdict().items() if value is not None}


def answer(meshes: Sequence[Mesh] = MESHES) -> str:
    """Write the component and its parts: all that a well-behaved model says."""
    return f"{code(meshes)}\n{parts_block(meshes)}"


VARIANTS = {
    "prop": answer(),
    "prop-text": answer(),
    "prop-fenced": f"Here is a lighthouse for you.\n\n```tsx\n{answer()}\n```\n\nShall I add a boat?",
    "prop-noparts": code(),
    "prop-badparts": f"{code()}\n{parts_block().replace(chr(34) + 'args' + chr(34), 'args', 2)}",
    "prop-badcode": f"{code().replace('</mesh>', '</mash>', 2)}\n{parts_block()}",
    "prop-prose": "A lighthouse wants a rock, a striped tower and a lamp. Shall it be tall or small?",
    "prop-huge": answer(MESHES + pebbles(228)),
}
