"""What a prompt asks for, as far as the generator understands it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from propactor.core.prop.naming import words
from propactor.core.prop.templates.colors import COLORS, SHADES
from propactor.core.prop.templates.vocabulary import (
    BESIDE,
    LIGHTS,
    LIKE,
    MATERIAL_WORDS,
    NOUNS,
    ON,
    TRAIT_WORDS,
)


class Things(NamedTuple):
    """The body, what comes with it, whether that stands on top, and whether the body is a light."""

    body: str | None = None
    companion: str | None = None
    on_top: bool = False
    light: bool = False


NOTHING = Things()


@dataclass(frozen=True, slots=True)
class PromptFeatures:
    """What to build and how it looks; the seed decides what the prompt leaves open."""

    seed: int
    things: Things = NOTHING
    colors: tuple[str, ...] = ()
    shade: str | None = None
    material: str | None = None
    traits: frozenset[str] = frozenset()


def read(prompt: str) -> PromptFeatures:
    """Understand a prompt. The same words give the same features."""
    said = [word.lower() for word in words(prompt)]
    things = _things(said)
    traits = {TRAIT_WORDS[word] for word in said if word in TRAIT_WORDS}
    return PromptFeatures(
        # Words in scripts without ASCII make a difference, too.
        seed=crc32(" ".join(said or prompt.split()).encode("utf-8", "replace")),
        things=things,
        colors=tuple(dict.fromkeys(COLORS[word] for word in said if word in COLORS)),
        shade=next((word for word in said if word in SHADES), None),
        material=next((MATERIAL_WORDS[word] for word in said if _is_material(word, things)), None),
        traits=frozenset({*traits, "glowing"} if things.light else traits),
    )


def _things(said: Sequence[str]) -> Things:
    """Tell the body from the rest: ``A on B`` is a B, ``A with B`` is an A, ``A like B`` looks like a B."""
    for place, word in enumerate(said):
        before, after = _nouns(said[:place]), _nouns(said[place + 1 :])
        if not (before and after):
            continue
        if word in ON:
            return Things(after[-1], before[-1], on_top=True)
        if word in LIKE:
            return _compound([*after, *before])
        if word in BESIDE:
            return _compound(before)._replace(companion=after[0])
    return _compound(_nouns(said))


def _compound(nouns: Sequence[str]) -> Things:
    """Choose the body among nouns in a row: the last one, but a mushroom lamp is a mushroom that shines."""
    if not nouns:
        return NOTHING
    *others, head = nouns
    other = next((noun for noun in others if noun != head), None)
    if other is None or head not in LIGHTS:
        return Things(head, other)
    return Things(other, light=True)


def _nouns(said: Sequence[str]) -> list[str]:
    """Return the shapes named, in order. A word that also means a material or a shade is the last choice."""
    found = list(_named(said))
    certain = [noun for word, noun in found if word not in MATERIAL_WORDS and word not in SHADES]
    return certain or [noun for _, noun in found]


def _named(said: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find nouns of one word and of two: a street lamp is one thing."""
    joined = False
    for word, following in pairwise([*said, ""]):
        pair = word + following
        if not joined and following and pair in NOUNS:
            joined = True
            yield pair, NOUNS[pair]
            continue
        if not joined and word in NOUNS:
            yield word, NOUNS[word]
        joined = False


def _is_material(word: str, things: Things) -> bool:
    """Say whether a word means a material here: a crystal is a thing, a crystal sword is made of it."""
    return word in MATERIAL_WORDS and NOUNS.get(word) not in (things.body or "", things.companion or "")
