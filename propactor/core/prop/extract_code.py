"""Finds the component's source in a model's text: without fences, prose and the PARTS_DATA block."""

import re

from propactor.core.prop.scanner import MARK

_BLOCK = re.compile(rf"\{{?/\*\s{{0,99}}{MARK}.*?(?:\*/\}}?|\Z)", re.DOTALL)
_FENCED = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*```.*$", re.MULTILINE)
_CODE = re.compile(
    r"<mesh[\s/>]|=>|\bfunction\s{1,9}\w+\s{0,9}\("
    r"|^[ \t]*export\s+(?:default|async|function|const|class)\b|^[ \t]*import\s.*['\"]",
    re.MULTILINE,
)
_EXPORT = re.compile(r"^[ \t]*export\s", re.MULTILINE)
_FIRST_LINE = re.compile(
    r"^[ \t]*(?:import\s*[\w{*'\"].*(?:['\"{,]|\bfrom\b)|export\s|['\"]use [a-z]+['\"]|const\s|let\s"
    r"|function\s|interface\s|type\s+\w+.*=|//|/\*|<|return\b)",
    re.MULTILINE,
)
_LAST_LINE = re.compile(r"^(?:[})\]]|</|export\s).*$", re.MULTILINE)
_MORE_CODE = re.compile(r"[<={;]")


def component(text: str) -> str:
    """Return the source of the component, or an empty text where there is none."""
    bare = _BLOCK.sub("\n", text)
    fenced: list[str] = [code for code in _FENCED.findall(bare) if _CODE.search(code)]
    if fenced:
        return max(fenced, key=_rank).strip() + "\n"
    unfenced = _FENCE.sub("", bare)
    return _without_prose(unfenced).strip() + "\n" if _CODE.search(unfenced) else ""


def _rank(code: str) -> tuple[bool, int]:
    """Prefer what exports something over an example of its use; then what is longer."""
    return bool(_EXPORT.search(code)), len(code)


def _without_prose(text: str) -> str:
    """Cut what a model says before and after its code."""
    first = _FIRST_LINE.search(text)
    code = text[first.start() :] if first else text
    end = max((last.end() for last in _LAST_LINE.finditer(code)), default=len(code))
    return code if _MORE_CODE.search(code, end) else code[:end]
