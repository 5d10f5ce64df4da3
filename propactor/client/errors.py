"""The errors of the HTTP client, and how they are put in words."""

import os
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from propactor.core import jsontext

LOST = (aiohttp.ClientError, OSError, TimeoutError)
"""What aiohttp raises when a connection fails, in whatever way."""


class ServerFault(Exception):
    """The server can't be used; the text says why."""


class Unreachable(ServerFault):
    """No propactor answers at the address, or it no longer does."""


@dataclass(eq=False)
class Refused(ServerFault):
    """The server refused: an HTTP status, a code, and the reason in words."""

    status: int
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.detail} ({self.code})"


def unreachable(base: URL, exc: Exception) -> Unreachable:
    """Make the error for an address where no server answers."""
    return Unreachable(f"no propactor at {base}: {reason(exc)}")


async def refusal(response: aiohttp.ClientResponse) -> Refused:
    """Read the problem that a server answered, or make one of whatever else it answered."""
    problem = as_object(await response.read())
    said = f"the server answered {response.status} {response.reason or ''}".strip()
    code = problem.get("code") or f"HTTP_{response.status}"
    return Refused(response.status, str(code), str(problem.get("detail") or said))


def as_object(text: str | bytes) -> dict[str, Any]:
    """Read a JSON object; read anything else as an empty one."""
    try:
        value = jsontext.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def reason(exc: Exception) -> str:
    """Return what happened to a connection, in the system's words where it has some."""
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return (exc.os_error.strerror or "no such host").lower()
    if isinstance(exc, aiohttp.ClientConnectorError) and exc.os_error.errno:
        return os.strerror(exc.os_error.errno).lower()
    if isinstance(exc, TimeoutError):
        return "nothing came for too long"
    return str(exc) or type(exc).__name__
