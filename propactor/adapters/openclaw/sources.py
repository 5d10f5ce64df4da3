"""Which source tells what: live events, the transcript's file, or the gateway's history."""

from typing import Literal

from propactor.adapters.openclaw import stored
from propactor.adapters.openclaw.capabilities import Hello

Place = Literal["gateway", "transcript", "history"]
TOOLS: frozenset[type] = frozenset({stored.Call, stored.Outcome})


def thoughts_from(hello: Hello, *, files: bool) -> Place:
    """Return where thoughts come from: protocol 3 only stores them."""
    return missed_from(hello, files=files) if hello.protocol_3 else "gateway"


def missed_from(hello: Hello, *, files: bool) -> Place:
    """Return where that comes from which live events don't tell; ``files`` if we can read the gateway's."""
    return "transcript" if files and reads_files(hello) else "history"


def reads_files(hello: Hello) -> bool:
    """Tell whether the gateway keeps files that are worth reading: later ones push what they store."""
    return hello.protocol_3 and hello.transcript != "sqlite"


def unheard(hello: Hello, *, tools: bool) -> frozenset[type]:
    """Return what events of this gateway never tell; ``tools`` says whether they tell of tools."""
    thoughts = frozenset({stored.Thought}) if hello.protocol_3 else frozenset()
    return thoughts if tools else thoughts | TOOLS
