"""A lamp in the shape of a mushroom, as a model would write it: thoughts, a component, a list of parts."""

import json
from functools import lru_cache
from typing import NamedTuple

PROMPT_THOUGHT = (
    "A mushroom that is a lamp. I start at the ground: a round of moss, a few blades of grass. Then the stem,"
    " a little wider below. The cap is half a sphere and glows from within; pale dots sit on it. One firefly"
    " hovers beside it. All of that fits into a cube of one metre."
)
NOTES_THOUGHT = "The notes ask for warm colours and nothing over a metre. Good. Now I write it all down."
LOOKING = "Let me see what the notes say."
NOTES = "Props stay under one metre.\nWarm light, muted ground.\n"
QUESTION = (
    "I picture a red cap over a pale stem, with moss around. Shall it be tall and slim, or small and round?"
)
NAME = "MushroomLamp"


class Mesh(NamedTuple):
    """One part: geometry, place, constructor arguments, colour, glow, rotation."""

    kind: str
    place: tuple[float, float, float]
    args: tuple[float, ...]
    color: str
    glows: bool = False
    turn: tuple[float, float, float] | None = None


MESHES = (
    Mesh("cylinder", (0, 0.02, 0), (0.4, 0.44, 0.04, 20), "#4b6b3a"),
    Mesh("torus", (0, 0.045, 0), (0.36, 0.02, 8, 28), "#6f8f4e", turn=(1.5708, 0, 0)),
    Mesh("cylinder", (0, 0.29, 0), (0.09, 0.14, 0.5, 14), "#ead9bd"),
    Mesh("torus", (0, 0.44, 0), (0.12, 0.024, 8, 18), "#d8c29a", turn=(1.5708, 0, 0)),
    Mesh("sphere", (0, 0.54, 0), (0.34, 24, 14, 0, 6.2832, 0, 1.5708), "#c8402f", glows=True),
    Mesh("cylinder", (0, 0.535, 0), (0.33, 0.27, 0.03, 24), "#ffd68a", glows=True),
    Mesh("sphere", (0.16, 0.8, 0.13), (0.045, 10, 10), "#fff1d6", glows=True),
    Mesh("sphere", (-0.17, 0.79, 0.09), (0.038, 10, 10), "#fff1d6", glows=True),
    Mesh("sphere", (0.03, 0.86, -0.11), (0.042, 10, 10), "#fff1d6", glows=True),
    Mesh("cone", (0.26, 0.1, -0.18), (0.03, 0.16, 6), "#7c9a55", turn=(0.12, 0, 0.2)),
    Mesh("box", (-0.27, 0.06, 0.2), (0.08, 0.05, 0.06), "#8d8a84", turn=(0, 0.5, 0)),
    Mesh("sphere", (0.46, 0.66, 0.08), (0.016, 8, 8), "#f7ff9c", glows=True),
)


@lru_cache(maxsize=8)
def meshes(extra: int = 0) -> tuple[Mesh, ...]:
    """Return the parts, with so many pebbles around."""
    pebbles = (
        Mesh(
            "box",
            (round(-0.45 + n % 16 * 0.06, 2), 0.05, round(-0.45 + n // 16 * 0.06, 2)),
            (0.02, 0.02, 0.02),
            "#77716a",
        )
        for n in range(extra)
    )
    return (*MESHES, *pebbles)


@lru_cache(maxsize=8)
def code(extra: int = 0) -> str:
    """Return the component."""
    body = "\n".join(map(_element, meshes(extra)))
    return f"""import {{ useRef }} from 'react';
import {{ useFrame }} from '@react-three/fiber';
import * as THREE from 'three';

interface {NAME}Props {{
  position?: [number, number, number];
  scale?: number;
}}

export function {NAME}({{ position = [0, 0, 0], scale = 1 }}: {NAME}Props) {{
  const group = useRef<THREE.Group>(null);

  useFrame(({{ clock }}) => {{
    if (group.current) group.current.rotation.y = Math.sin(clock.elapsedTime * 0.4) * 0.1;
  }});

  return (
    <group ref={{group}} position={{position}} scale={{scale}}>
{body}
    </group>
  );
}}
"""


@lru_cache(maxsize=8)
def parts(extra: int = 0) -> str:
    """Return the list of parts."""
    rows = ",\n".join(f"  {json.dumps(_row(mesh))}" for mesh in meshes(extra))
    return f"/* PARTS_DATA\n[\n{rows}\n]\nPARTS_DATA */"


def _row(mesh: Mesh) -> dict[str, object]:
    turn = {"rotation": mesh.turn} if mesh.turn else {}
    return {
        "type": mesh.kind,
        "position": mesh.place,
        **turn,
        "args": mesh.args,
        "color": mesh.color,
        "emissive": mesh.glows,
    }


def _element(mesh: Mesh) -> str:
    turn = f" rotation={{{json.dumps(mesh.turn)}}}" if mesh.turn else ""
    glow = f' emissive="{mesh.color}" emissiveIntensity={{1.2}}' if mesh.glows else " flatShading"
    return f"""      <mesh position={{{json.dumps(mesh.place)}}}{turn} castShadow>
        <{mesh.kind}Geometry args={{{json.dumps(mesh.args)}}} />
        <meshStandardMaterial color="{mesh.color}"{glow} />
      </mesh>"""
