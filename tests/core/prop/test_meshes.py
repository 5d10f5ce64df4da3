"""What meshes say in literals."""

import math

import pytest

from propactor.core.prop.meshes import EXPRESSION, Mesh, attributes, name_of


def mesh(*tags: str) -> Mesh:
    """Return a mesh that took these tags."""
    first, *others = tags
    taken = Mesh(first)
    for tag in others:
        taken.take(name_of(tag), tag)
    return taken


def test_part() -> None:
    """A mesh says where it is, its geometry what it is, its material how it looks."""
    lamp = mesh(
        "<mesh position={[0, 1, 0]} rotation={[0, Math.PI, 0]} castShadow>",
        "<boxGeometry args={[1, 2, 3]} />",
        '<meshStandardMaterial color="red" />',
        "</mesh>",
    )

    assert lamp.complete
    assert lamp.part() == {
        "type": "box",
        "position": (0, 1, 0),
        "rotation": (0, math.pi, 0),
        "args": (1, 2, 3),
        "color": "red",
        "emissive": False,
    }


def test_defaults() -> None:
    """What is not written is as three.js has it: one metre, white, in the middle."""
    part = mesh("<mesh>", "<torusBufferGeometry/>", "</mesh>").part()

    assert part is not None
    assert (part["type"], part["args"], part["color"]) == ("torus", (1, 0.4), "white")
    assert part["position"] is None


def test_first() -> None:
    """The first geometry and the first material count."""
    part = mesh(
        "<mesh>",
        "<boxGeometry/>",
        "<coneGeometry/>",
        '<meshBasicMaterial color="red" />',
        '<meshBasicMaterial color="blue" />',
        "<Html/>",
    ).part()

    assert part is not None
    assert (part["type"], part["color"]) == ("box", "red")


@pytest.mark.parametrize(
    "tags", [("<mesh />",), ("<mesh>", "<Thing>", "</Thing>", "</mesh>"), ("<mesh>", "</mash>")]
)
def test_empty(tags: tuple[str, ...]) -> None:
    """A mesh without a geometry is complete all the same, but says nothing."""
    empty = mesh(*tags)

    assert empty.complete
    assert empty.part() is None


def test_depth() -> None:
    """Only what closes the mesh completes it, or its own name where other tags were left open."""
    assert not mesh("<mesh>", "<a>", "<b/>", "</a>").complete
    assert mesh("<mesh>", "<a>", "</mesh>").complete


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"red"', "red"),
        ("'red'", "red"),
        ('{"red"}', "red"),
        ("{`#fff`}", "#fff"),
        ('""', ""),
        ("{1.5}", 1.5),
        ("{-2}", -2),
        ("{.5e1}", 5),
        ("{[1, 2.5, -.5,]}", (1, 2.5, -0.5)),
        ("{[]}", ()),
        ("{[0, 1, 0] as [number, number, number]}", (0, 1, 0)),
        ("{[8, 1, true, false]}", (8, 1, True, False)),
        ("{[Math.PI / 2, -Math.PI, 2 * Math.PI]}", (math.pi / 2, -math.pi, 2 * math.pi)),
        ("{1 / 0}", EXPRESSION),
        ("{[1, 1 / 0]}", EXPRESSION),
        ("{[x, 0, 0]}", EXPRESSION),
        ("{[nan, 1_0, inf]}", EXPRESSION),
        ("{red}", EXPRESSION),
        ("{[1, , 2]}", EXPRESSION),
        ("{" + "9" * 5000 + "}", EXPRESSION),
    ],
)
def test_attribute(written: str, value: object) -> None:
    """Literals are worth what they are in TypeScript; what only the running component knows is no literal."""
    assert attributes(f"<mesh color={written}>") == {"color": value}


def test_other_attributes() -> None:
    """Attributes that only end alike are others."""
    assert attributes("<mesh data-color='red' emissive-color='red' args = {[1]} color />") == {"args": (1,)}


@pytest.mark.parametrize(
    ("material", "glows"),
    [
        ('emissive="#ff0000" emissiveIntensity={1.4}', True),
        ('emissive="red"', True),
        ("emissive={shine}", True),
        ('emissive="#000000"', False),
        ('emissive="Black" emissiveIntensity={2}', False),
        ('emissive="red" emissiveIntensity={0}', False),
        ("emissiveIntensity={2}", False),
        ("", False),
    ],
)
def test_emissive(material: str, glows: bool) -> None:
    """A part glows when its material shines in a colour that isn't black."""
    part = mesh("<mesh>", "<boxGeometry/>", f"<meshStandardMaterial {material} />").part()

    assert part is not None
    assert part["emissive"] is glows
