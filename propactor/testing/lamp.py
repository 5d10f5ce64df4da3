"""A lamp in the shape of a mushroom, as a model would write it: well, and in several broken ways.

It has twelve parts. ``VARIANTS`` has the whole answers by the names of the scenarios that write them.
"""

import json
from collections.abc import Mapping
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
    """One part, in the words of a prop's list of parts."""

    type: str
    position: tuple[float, float, float]
    args: tuple[float, ...]
    color: str
    emissive: bool = False
    rotation: tuple[float, float, float] | None = None


MESHES = (
    Mesh("cylinder", (0, 0.02, 0), (0.4, 0.44, 0.04, 20), "#4b6b3a"),
    Mesh("torus", (0, 0.045, 0), (0.36, 0.02, 8, 28), "#6f8f4e", rotation=(1.5708, 0, 0)),
    Mesh("cylinder", (0, 0.29, 0), (0.09, 0.14, 0.5, 14), "#ead9bd"),
    Mesh("torus", (0, 0.44, 0), (0.12, 0.024, 8, 18), "#d8c29a", rotation=(1.5708, 0, 0)),
    Mesh("sphere", (0, 0.54, 0), (0.34, 24, 14, 0, 6.2832, 0, 1.5708), "#c8402f", emissive=True),
    Mesh("cylinder", (0, 0.535, 0), (0.33, 0.27, 0.03, 24), "#ffd68a", emissive=True),
    Mesh("sphere", (0.16, 0.8, 0.13), (0.045, 10, 10), "#fff1d6", emissive=True),
    Mesh("sphere", (-0.17, 0.79, 0.09), (0.038, 10, 10), "#fff1d6", emissive=True),
    Mesh("sphere", (0.03, 0.86, -0.11), (0.042, 10, 10), "#fff1d6", emissive=True),
    Mesh("cone", (0.26, 0.1, -0.18), (0.03, 0.16, 6), "#7c9a55", rotation=(0.12, 0, 0.2)),
    Mesh("box", (-0.27, 0.06, 0.2), (0.08, 0.05, 0.06), "#8d8a84", rotation=(0, 0.5, 0)),
    Mesh("sphere", (0.46, 0.66, 0.08), (0.016, 8, 8), "#f7ff9c", emissive=True),
)


@lru_cache(maxsize=8)
def meshes(extra: int = 0) -> tuple[Mesh, ...]:
    """Return the parts, and so many pebbles around them."""
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
    """Return the component, with so many pebbles around the lamp."""
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
    """Return the list of parts, with so many pebbles around the lamp."""
    rows = ",\n".join(f"  {json.dumps(_row(mesh))}" for mesh in meshes(extra))
    return f"/* PARTS_DATA\n[\n{rows}\n]\nPARTS_DATA */"


def _row(mesh: Mesh) -> dict[str, object]:
    rotation = {"rotation": mesh.rotation} if mesh.rotation else {}
    return {
        "type": mesh.type,
        "position": mesh.position,
        **rotation,
        "args": mesh.args,
        "color": mesh.color,
        "emissive": mesh.emissive,
    }


def _element(mesh: Mesh) -> str:
    rotation = f" rotation={{{json.dumps(mesh.rotation)}}}" if mesh.rotation else ""
    glow = f' emissive="{mesh.color}" emissiveIntensity={{1.2}}' if mesh.emissive else " flatShading"
    return f"""      <mesh position={{{json.dumps(mesh.position)}}}{rotation} castShadow>
        <{mesh.type}Geometry args={{{json.dumps(mesh.args)}}} />
        <meshStandardMaterial color="{mesh.color}"{glow} />
      </mesh>"""


def answer(extra: int = 0) -> str:
    """Return the component and the list of its parts: all that a well-behaved model writes."""
    return f"{code(extra)}\n{parts(extra)}"


_FENCED = f"Here it is, and it glows!\n\n```tsx\n{answer()}\n```\n\nMore fireflies, perhaps?"
_BAD_PARTS = parts().replace('"args"', "args", 3)
_BAD_CODE = code().replace("</mesh>", "</mash>", 2)

VARIANTS: Mapping[str, str] = {
    "prop-text": answer(),
    "prop-fenced": _FENCED,
    "prop-noparts": code(),
    "prop-badparts": f"{code()}\n{_BAD_PARTS}",
    "prop-badcode": f"{_BAD_CODE}\n{parts()}",
    "prop-prose": QUESTION,
    "prop-huge": answer(228),
}
HALF = code()[: len(code()) // 2]
"""The first half of the component."""
