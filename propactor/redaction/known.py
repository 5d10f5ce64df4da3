"""The secrets we know: tokens, headers, URLs, home directories, and what stands after telling names."""

from collections.abc import Iterable
from itertools import product

from propactor.redaction.shape import Block, Piece, Shape, either, some, where

HOME = "~"


def _token(words: Iterable[str], letters: str, least: int, rest: str | None = None) -> Shape:
    """Return the shape of a token: one of the words, then so many letters or more."""
    return Shape(_OUTSIDE, either(*words), some(letters, least), rest=rest or letters)


def _scheme(name: Piece, *head: Piece) -> Shape:
    """Return the shape of what follows the name of an HTTP authentication scheme."""
    return Shape(*head, some(_BASE64, 4), lead=(name, some(" ", 1, 3)), rest=_BASE64)


def _home(*words: str) -> Shape:
    """Return the shape of somebody's home directory."""
    return Shape(_ALONE, either(*words), some(r"[\w@+-]", 1), rest=r"[\w.@+-]", fill=HOME)


_ALNUM, _WORD, _DOTTED, _BASE64 = "[A-Za-z0-9]", "[A-Za-z0-9_-]", "[A-Za-z0-9_.~-]", "[A-Za-z0-9+/=_.~-]"
_OUTSIDE = where(r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))")
_ALONE = where(r"(?:(?<![\w./])|(?<=\\[nrt])|(?<=://))")
_BEARER, _BASIC = either("bearer", flags="i"), either("basic", flags="i")
_DRIVES = (f"{drive}:{a}Users{a}" for drive in "CDEcde" for a in ("\\", "\\\\", "/"))

SHAPES = (
    _token(("AKIA", "ASIA", "ABIA", "ACCA"), "[A-Z0-9]", 16),
    _token(("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), "[A-Za-z0-9_]", 20),
    _token(("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"), _WORD, 16, _DOTTED),
    _token(("sk-ant-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-"), _WORD, 12),
    _token(("sk-",), _ALNUM, 20, _WORD),
    _token((f"{a}k_{b}_" for a, b in product("srp", ("live", "test"))), _ALNUM, 10),
    _token((*(f"xox{kind}-" for kind in "abeoprs"), "xapp-"), _WORD, 10),
    _token(("hooks.slack.com/services/",), "[A-Z0-9/]", 8, "[A-Za-z0-9/]"),
    _token(("hf_", "npm_", "gsk_", "r8_", "whsec_"), _ALNUM, 20),
    _token(("pypi-", "AIza", "GOCSPX-"), _WORD, 24),
    _token(("ya29.", "SG."), _WORD, 16, _DOTTED),
    _token(("8Q~",), _DOTTED, 31),
    Shape(some("[A-Za-z0-9%+/]", 40), lead=(either("sig="),), rest="[A-Za-z0-9%+/=]"),
    Shape(_OUTSIDE, either("eyJ"), some(_WORD, 8, 240), either(".eyJ"), some(_WORD, 4), rest=_DOTTED),
    Block(
        *(either("-----BEGIN "), some("[A-Z0-9 ]", 1, 48), either("-----")),
        stop="-----END [A-Z0-9 ]{1,48}-----",
    ),
    _scheme(_BEARER, some(_BASE64, 16)),
    _scheme(_BEARER, some("[A-Za-z+/=_.~-]", 0, 19), some("[0-9]", 1)),
    _scheme(_BASIC, some(_ALNUM, 0, 60), some("[A-Z]", 2)),
    _scheme(_BASIC, some("[A-Za-z]", 1, 60), some("[0-9]", 1)),
    Shape(
        *(some(r"[^\s/@:]", 0, 64), either(":"), some(r"[^\s/@]", 1, 180), where("(?=@)")),
        lead=(either("://"),),
    ),
    _home("/home/", "/Users/"),
    _home(*_DRIVES),
)

_COMPOUNDS = (
    "api*key",
    "private*key",
    "secret*key",
    "access*key",
    "account*key",
    "signing*key",
    "encryption*key",
)
_NAMES = (
    *("password", "passwd", "passphrase", "secret", "token", "cookie", "credential", "credentials"),
    *(compound.replace("*", glue) for compound in _COMPOUNDS for glue in ("", "_", "-")),
)
_NAME, _HEADER = either(*_NAMES, flags="i"), either("authorization", flags="i")
_ANY_NAME = either(*_NAMES, "authorization", flags="i")
_SPACE = some("[ \t]", 0, 3)
_SET = (some(r"\\", 0, 2), some("[\"'`]", 0, 1), _SPACE, some("[:=]", 1, 2), _SPACE)
_FIRST = some(r"[^\s\"'`\\\[\]{}()<>=,;&|]", 1)


def _quoted(quote: str) -> Shape:
    """Return the shape of a value between quotes, with a name that says it is secret."""
    opening = (some(r"\\", 0, 2), either(quote))
    return Shape(some(f"[^{quote}\n]", 1), lead=(_ANY_NAME, *_SET, *opening), rest=f"[^{quote}\n]")


PAIRS = (
    *map(_quoted, "\"'`"),
    Shape(_FIRST, lead=(_HEADER, *_SET), rest=r"[^\r\n\"'`]"),
    Shape(_FIRST, lead=(_NAME, *_SET), rest=r"[^\s\"'`\\\])}<>,;&]"),
)
