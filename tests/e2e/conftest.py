"""A browser, and pages in it: asynchronous fixtures of our own; pytest-playwright holds the event loop."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from hatch_build import digest
from propactor.server import page as built
from tests.e2e.screen import Screen
from tests.rig.npm import UI
from tests.rig.require import give_up

FLAGS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
"""WebGL 2 without a graphics card, and no traffic of the browser's own."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
HERE = Path(__file__).parent
Open = Callable[..., Awaitable[Screen]]


def chromium() -> str:
    """Return where Chromium is; without it, or without a page to show, the test can't run."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        give_up("browser", "no Chromium: apt-get install chromium, or name it in CHROMIUM")
    if not built.is_built():
        give_up("browser", "the page is not built: pip install -e . builds it where npm can be reached")
    if (built.BUILT / ".stamp").read_text() != digest(UI):
        pytest.fail("the page is older than its sources: pip install -e . builds it anew")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; all of it shares one event loop, and so one browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run a browser."""
    executable = chromium()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Open addresses, each in a browser window of its own; what goes wrong in them fails the test."""
    screens: list[Screen] = []

    async def open_one(url: str, *, width: int = 1280, height: int = 800, **options: Any) -> Screen:
        context = await browser.new_context(viewport={"width": width, "height": height}, **options)
        page: Page = await context.new_page()
        screens.append(Screen(page))
        await page.goto(url)
        return screens[-1]

    yield open_one
    for screen in screens:
        await screen.page.context.close()
    assert [fault for screen in screens for fault in screen.faults] == []
