"""A prop as a react-three-fiber component, and as the PARTS_DATA block that follows it."""

import json
from collections.abc import Iterable
from decimal import Decimal

from propactor.core.prop.part import Part, Prop

_COMPONENT = """\
import {{ useRef }} from 'react'
import {{ useFrame }} from '@react-three/fiber'
import * as THREE from 'three'

interface {name}Props {{
  position?: [number, number, number]
  scale?: number
}}

export function {name}({{ position = [0, 0, 0], scale = 1 }}: {name}Props) {{
  const group = useRef<THREE.Group>(null)

  useFrame(({{ clock }}) => {{
    if (group.current) group.current.rotation.y = Math.sin(clock.elapsedTime * 0.6) * 0.15
  }})

  return (
    <group ref={{group}} position={{position}} scale={{scale}}>
{meshes}
    </group>
  )
}}
"""


def write(prop: Prop) -> str:
    """Return the prop as a complete TSX module that exports one component."""
    meshes = "\n".join(line for part in prop.parts for line in _mesh(part))
    return _COMPONENT.format(name=prop.name, meshes=meshes)


def parts_data(prop: Prop) -> str:
    """Return the prop's parts as the comment block that readers of code look for, one object a line."""
    lines = ",\n".join(json.dumps(part.as_json()) for part in prop.parts)
    return f"/* PARTS_DATA\n[\n{lines}\n]\nPARTS_DATA */\n"


def number(value: float) -> str:
    """Write a number that reads back the same: no exponent, no minus zero, no point where it's whole."""
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _mesh(part: Part) -> Iterable[str]:
    """Return the lines of one part."""
    placed = f"position={_vector(part.position)}"
    turned = "" if part.rotation is None else f" rotation={_vector(part.rotation)}"
    yield f"      <mesh {placed}{turned} castShadow>"
    yield f"        <{part.type}Geometry args={_vector(part.args)} />"
    yield f"        <meshStandardMaterial {_material(part)} />"
    yield "      </mesh>"


def _vector(values: Iterable[float]) -> str:
    """Write numbers as a JSX expression."""
    return "{[" + ", ".join(number(value) for value in values) + "]}"


def _material(part: Part) -> str:
    """Return the attributes of a part's material: it either shines or shows its faces."""
    color = f'color="{part.color}"'
    if part.emissive:
        return f'{color} emissive="{part.color}" emissiveIntensity={{1.4}}'
    return f"{color} flatShading"
