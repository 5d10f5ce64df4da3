"""The page's document, its files, and what is said where it was not built."""

import gzip
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from propactor.server import page
from tests.server.service import Service, service

SCRIPT = "let page = 1;"


@pytest.fixture
async def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """Run a service with a page of two files and an icon."""
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<title>PropMaker</title>")
    (tmp_path / "dist" / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("not for the world")
    (assets / "index-Ab12.js").write_text(SCRIPT)
    (assets / "index-Ab12.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    monkeypatch.setattr(page, "BUILT", tmp_path / "dist")
    async with service() as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/g/req_0123"])
async def test_document(built: Service, path: str) -> None:
    """The document is the same for every generation, is asked for anew, and runs only our own files."""
    async with built.http.get(built.at(path)) as answer:
        text = await answer.text()

    policy = answer.headers["Content-Security-Policy"]
    assert (answer.status, text) == (200, "<title>PropMaker</title>")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_asset(built: Service) -> None:
    """A hashed file may be kept for good; it goes out compressed where that is taken."""
    async with built.http.get(built.at("/assets/index-Ab12.js")) as answer:
        text = await answer.text()

    assert (answer.status, text) == (200, SCRIPT)
    assert answer.content_type.endswith("/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"


async def test_icon(built: Service) -> None:
    """The icon is there for everybody."""
    async with built.http.get(built.at("/icon.svg")) as answer:
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")


@pytest.mark.parametrize("name", ["nothing.js", "..%2Findex.html", "..%2F..%2Fsecret"])
async def test_nothing_else(built: Service, name: str) -> None:
    """What isn't a file of the page isn't served."""
    async with built.http.get(built.at(f"/assets/{name}")) as answer:
        assert answer.status == 404


async def test_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document needs no token: it asks its user for one."""
    (tmp_path / "index.html").write_text("page")
    monkeypatch.setattr(page, "BUILT", tmp_path)

    async with service(server={"token": "secret"}) as served, served.http.get(served.at("/")) as answer:
        assert answer.status == 200


async def test_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the page was not built, its address and the log say so and what to do."""
    monkeypatch.setattr(page, "BUILT", tmp_path)

    with caplog.at_level(logging.WARNING):
        page.warn()
    async with service() as served, served.http.get(served.at("/")) as answer:
        text = await answer.text()

    assert (answer.status, answer.content_type) == (503, "text/html")
    assert "PROPACTOR_UI=skip" in text
    assert "pip install --force-reinstall ." in text
    assert [record.getMessage() for record in caplog.records] == [page.REMEDY]
