"""Serves the PropMaker page: one document at all its addresses, and files whose names hold their hash."""

import logging
from html import escape
from pathlib import Path

from aiohttp import web

import propactor
from propactor.core.errors import NotFound

log = logging.getLogger(__name__)

BUILT = Path(propactor.__file__).parent / "ui" / "dist"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a generation is a key to it
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
ASK_AGAIN = {"Cache-Control": "no-cache"}
REMEDY = (
    "The page has not been built: npm could not be reached when propactor was installed, or it was installed "
    "with PROPACTOR_UI=skip. Install it again with the npm registry in reach: pip install --force-reinstall ."
)
_MISSING = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>PropMaker is not built</title></head>
<body><h1>The service runs. Its page is missing.</h1><p>{remedy}</p>
<p>The API is complete without it: see /readyz, and POST /api/creator/generate-prop-stream.</p></body></html>
"""


def is_built() -> bool:
    """Return True if there is a page to serve."""
    return (BUILT / "index.html").is_file()


def warn() -> None:
    """Log that the page is missing, and what to do about it, if it is."""
    if not is_built():
        log.warning("%s", REMEDY)


async def page(_: web.Request) -> web.StreamResponse:
    """Serve the document. It reads from its own address which generation to show."""
    if not is_built():
        text = _MISSING.format(remedy=escape(REMEDY))
        return web.Response(text=text, status=503, content_type="text/html", headers=HEADERS | ASK_AGAIN)
    return web.FileResponse(BUILT / "index.html", headers=HEADERS | ASK_AGAIN)


async def asset(request: web.Request) -> web.StreamResponse:
    """Serve a file whose name holds its hash: browsers may keep it for good.

    Raises:
        NotFound: there is no such file.
    """
    name = request.match_info["name"]
    if Path(name).name != name:  # an escaped slash is a slash by now
        raise NotFound("There is no such file.")
    return _file(request, BUILT / "assets" / name, FOREVER)


async def icon(request: web.Request) -> web.StreamResponse:
    """Serve the icon.

    Raises:
        NotFound: the page is not built.
    """
    return _file(request, BUILT / "icon.svg", ASK_AGAIN)


def _file(request: web.Request, path: Path, caching: dict[str, str]) -> web.FileResponse:
    if not path.is_file() or path.name.startswith("."):
        raise NotFound(f"There is no {request.path} here.")
    return web.FileResponse(path, headers=HEADERS | caching)


ROUTES = (
    web.get("/", page),
    web.get("/g/{request_id}", page),
    web.get("/assets/{name}", asset),
    web.get("/icon.svg", icon),
)
