"""JSON in and out: orjson where it exists, the standard library where orjson can't."""

import json
from typing import Any

try:
    import orjson
except ImportError:  # PyPy: no wheels
    orjson = None  # type: ignore[assignment]  # None says that it is missing


def _plain(value: object) -> object:
    """Turn what the standard library can't encode into what it can."""
    as_json = getattr(value, "as_json", None)
    if as_json is None:
        raise TypeError(f"{type(value).__name__} is not JSON")
    return as_json()


def dumps(value: object) -> bytes:
    """Encode on one line. Half a surrogate pair, which orjson refuses, becomes an escape."""
    if orjson is not None:
        try:
            return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS)
        except TypeError:
            pass
    return json.dumps(value, default=_plain, separators=(",", ":")).encode()


def loads(text: str | bytes) -> Any:
    """Decode; lone surrogates are kept as they are.

    Raises:
        ValueError: the text is not JSON.
    """
    if orjson is not None:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
