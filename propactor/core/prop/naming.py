"""From a prompt to the name of its component: ``A glowing mushroom lamp`` is a ``GlowingMushroomLamp``."""

import re
import unicodedata

MAX_WORDS = 5
MAX_CHARS = 48
LAST_RESORT = "Prop"

_FILLERS = """
    a an the of with and or in on at for from to by as is it its that this these which please make build
    create generate design draw give show me my i we us want need would like some very really just can
    could you
"""
# Names that JavaScript, TypeScript, React or three.js already use, and file names that Windows refuses.
_TAKEN = """
    array audio bigint blob boolean buffer camera cache clock color component console date document
    element error event exclude extract file fragment function group image infinity intl iterator json
    layers light line map material math mesh nan navigator node number object omit option parameters
    partial path pick plane points promise props proxy range ray react readonly record reflect regexp
    request required response scene set shape sprite string suspense symbol text three touch url vector
    weakmap weakset window worker aux con nul prn com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2
    lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9
"""
FILLERS = frozenset(_FILLERS.split())
TAKEN = frozenset(_TAKEN.split())
_IGNORED = re.compile(r"#[\w-]+=\S*|\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9]+")
# Letters that Unicode does not take apart, and apostrophes, which do not end a word.
_FOLDED = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "'": "", "’": "", "‘": ""}
)


def words(prompt: str) -> list[str]:
    """Return the prompt's words in ASCII, without URLs and ``#key=value`` notes."""
    plain = _IGNORED.sub(" ", prompt).translate(_FOLDED)
    # A letter keeps its base and loses its accents; what has no ASCII base separates words.
    apart = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return _WORD.findall(apart)


def component_name(prompt: str) -> str:
    """Return a PascalCase identifier for the prompt, fit for a component and its file."""
    telling = [word for word in words(prompt) if word.lower() not in FILLERS]
    name = _join(telling[:MAX_WORDS])
    if not name[:1].isalpha():
        name = LAST_RESORT + name
    return name + LAST_RESORT if name.lower() in TAKEN else name


def _join(chosen: list[str]) -> str:
    """Join capitalised words while they fit; a first word that is too long is cut."""
    limit = MAX_CHARS - len(LAST_RESORT)
    name = ""
    for word in chosen:
        if name and len(name) + len(word) > limit:
            break
        name += _capital(word[:limit])
    return name


def _capital(word: str) -> str:
    """Capitalise a word; leave ``LED`` and ``iPhone`` as they are inside, but do not shout."""
    return word.capitalize() if word.isupper() and len(word) > 4 else word[0].upper() + word[1:]
