"""Is this the same text? Gateways rewrite what they send: blanks, tags and media lines may be gone."""

import re

_REWRITTEN = re.compile(
    r"\[\[\s*(?:reply_to_current|reply_to\s*:[^\]]*|audio_as_voice)\s*\]\]"
    r"|<(think|thinking|thought)>.*?</\1>"
    r"|^MEDIA:[^\n]*$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)


def essence(text: str) -> str:
    """Return what no gateway changes of a text: its letters and signs, without blanks and tags."""
    return "".join(_blanked(text).split())


def reach(said: str, text: str) -> int | None:
    """Return how far into ``text`` one is who has heard ``said``; None if that is no beginning of it."""
    if text.startswith(said):
        return len(said)
    seen, at = _blanked(text), 0
    for sign in essence(said):
        while at < len(seen) and seen[at].isspace():
            at += 1
        if at == len(seen) or seen[at] != sign:
            return None
        at += 1
    return at


def _blanked(text: str) -> str:
    """Put blanks where a gateway would leave something out, so that all else stays in its place."""
    return _REWRITTEN.sub(lambda found: " " * len(found[0]), text)
