"""Texts as models write them, and ways to cut them into pieces."""

from pathlib import Path

from hypothesis import strategies as st

from propactor.core.prop import tsx
from propactor.core.prop.part import Part, Prop

FOLDER = Path(__file__).parents[1] / "fixtures" / "props"
TEXTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.txt"))}
NAME = "MushroomLamp"
COMPLETE = ("plain", "said_before", "fenced", "no_parts", "no_code", "bad_parts", "bad_code", "inline")

# The stuff that parts are made of, so that random text goes deeper than its first character.
SHARDS = st.sampled_from(
    [
        *"<>{}[],:\\`'\" \né\ud800",
        *(
            "</",
            "/>",
            "=>",
            "/*",
            "*/",
            "//",
            "/* PARTS_",
            "/* PARTS_DATA",
            "PARTS_DATA */",
            "```\n",
            "```tsx\n",
        ),
        *("<mesh position={[0, 1, 0]}>", "<mesh ", "<mesh>", "</mesh>", "</mash>", "<torusGeometry>"),
        *(
            "<boxGeometry args={[1, 2, 3]} />",
            "<sphereGeometry args={[Math.PI / 2]} />",
            "args={[1, `}`, 2]}",
        ),
        *('<meshStandardMaterial color="red" emissive="#fff" />', '"note": {"by": "}"}, ', '"color": "red"}'),
        *('{"type": "box", "args": [1, 1, 1], ', '{"type": "sphere", "args": [1], "color": "#F00"}'),
        *("import x from 'fs'\n", "export function A() {\n", "return (\n"),
    ]
)
GARBAGE = st.text(max_size=40) | st.lists(SHARDS, max_size=40).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a model's text with something cut out and something else put in its place."""
    text = TEXTS[draw(st.sampled_from(sorted(TEXTS)))]
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return text[:start] + draw(GARBAGE) + text[min(end, start + 300) :]


@st.composite
def pieces(draw: st.DrawFn, text: str) -> list[str]:
    """Draw a way to cut a text."""
    size = draw(st.integers(1, 12))
    if draw(st.booleans()):
        return [text[at : at + size] for at in range(0, len(text), size)]
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=20)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def huge(count: int) -> str:
    """Return a prop of many boxes as a model would write it."""
    boxes = tuple(Part("box", (i / 100, 0, 0), (0.5, 0.5, 0.5), "#404040") for i in range(count))
    prop = Prop(NAME, boxes)
    return tsx.write(prop) + "\n" + tsx.parts_data(prop)
