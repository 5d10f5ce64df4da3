"""The component's source within all the rest."""

import pytest

from propactor.core.prop import extract_code
from tests.core.modeltexts import TEXTS

CODE = "import { useRef } from 'react'\n\nexport function A() {\n  return <mesh />\n}\n"


@pytest.mark.parametrize("text", ["plain", "said_before", "fenced", "bad_parts", "inline", "no_parts"])
def test_texts(text: str) -> None:
    """However a model wraps its component, the source is the same."""
    assert extract_code.component(TEXTS[text]) == TEXTS["no_parts"]


@pytest.mark.parametrize("text", ["prose", "no_code"])
def test_none(text: str) -> None:
    """Where there is no component, there is no source."""
    assert extract_code.component(TEXTS[text]) == ""


@pytest.mark.parametrize(
    "text",
    [
        f"Sure: here it is.\n\n{CODE}\nEnjoy it!",
        f"```json\n[]\n```\n{CODE}",
        f"```tsx\n<A position={{() => 1}} longer={'x' * 99} />\n```\n```tsx\n{CODE}```\n",
        f"Look:\n```tsx\n{CODE}",
        f"/* PARTS_DATA [] */\n{CODE}",
        f"{CODE}{{/* PARTS_DATA [] PARTS_DATA */}}",
        f"{CODE}/* PARTS_DATA [{{",
    ],
)
def test_wrapped(text: str) -> None:
    """Prose, fences and blocks are not code, and what is exported counts more than an example of its use."""
    assert extract_code.component(text) == CODE


@pytest.mark.parametrize(
    "code",
    [
        "<group>\n  <mesh />\n</group>\n",
        "export const A = () => (\n  <mesh />\n)\nA.x = 1;\n",
        "text <mesh /> text\n",
    ],
)
def test_kept(code: str) -> None:
    """What may be code is kept."""
    assert extract_code.component(code) == code
