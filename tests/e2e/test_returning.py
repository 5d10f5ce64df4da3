"""Coming back: reloads, second tabs, lost networks, replays, and what the browser remembers."""

import re

from playwright.async_api import expect

from propactor.testing import lamp
from tests.e2e.behind import HALF, WHOLE, both
from tests.e2e.conftest import Open
from tests.e2e.cutter import cutter

ADDRESS = re.compile(r"/g/req_[0-9a-f]{32}$")


async def test_reload_in_the_middle(open_page: Open) -> None:
    """A reload in the middle shows everything so far, goes on live, and starts nothing."""
    async with both() as (served, gateway):
        screen = await open_page(served.url)
        await screen.ask(HALF)
        await screen.has_parts(2)
        await expect(screen.page).to_have_url(ADDRESS)
        thought = await screen.entries("thought").first.inner_text()

        await screen.page.reload()
        await screen.has_parts(2)

        assert await screen.entries("thought").first.inner_text() == thought
        await expect(screen.badge("Live")).to_be_visible()
        await expect(screen.page.get_by_label("What shall be built?")).to_have_value(HALF)
        assert len(gateway.asked("agent")) == 1


async def test_second_tab(open_page: Open) -> None:
    """A second reader sees the same run, from its beginning, and may end it."""
    async with both() as (served, _):
        first = await open_page(served.url)
        await first.ask(HALF)
        await first.has_parts(2)
        second = await open_page(first.page.url)
        await second.has_parts(2)
        await second.button("Cancel").click()

        await first.ended("Cancelled")
        await second.ended("Cancelled")


async def test_network_cut(open_page: Open) -> None:
    """A torn network costs nothing: the stream goes on where it was, and no text is doubled or lost."""
    async with both() as (served, gateway), cutter(served.url) as way:
        screen = await open_page(way.url)
        await screen.ask("A mushroom lamp #scenario=prop-text #rate=120")
        for parts in (1, 4, 8):
            await screen.has_parts(parts)
            way.cut()
        await screen.ended("Built by a model")

        assert way.cuts == 3
        assert (await screen.code()).rstrip() == lamp.code().rstrip()
        written = len(f"{lamp.code()}\n{lamp.parts()}".strip())
        await expect(screen.entries("writing")).to_contain_text(f"{written:,} characters")
        assert len(gateway.asked("agent")) == 1


async def test_replay(open_page: Open) -> None:
    """After the end the run can be looked at as it was at any time, and played."""
    async with both() as (served, _):
        screen = await open_page(served.url)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")
        await screen.page.reload()
        await screen.ended("Built by a model")

        time = screen.page.get_by_label("Time in the run")
        await time.fill("0")
        await expect(screen.badge("Replay")).to_be_visible()
        assert await screen.parts() == 0
        await screen.button("Play the replay").click()
        await screen.has_parts(12)
        await screen.button("End").click()

        await expect(screen.badge("Done")).to_be_visible()


async def test_no_longer_kept(open_page: Open) -> None:
    """The address of a generation that is gone says so."""
    async with both() as (served, _):
        screen = await open_page(f"{served.url}/g/req_{'0' * 32}")

        await screen.ended("The service no longer keeps this generation.")


async def test_library_and_history(open_page: Open) -> None:
    """What was built is in the history; what was saved is in the library, even after a reload."""
    async with both() as (served, _):
        screen = await open_page(served.url)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")
        await screen.button("Save").click()
        await expect(screen.button("Saved")).to_be_disabled()
        await screen.page.goto(served.url)

        await screen.button("History").click()
        await expect(screen.page.get_by_role("dialog")).to_contain_text("model · 12 parts")
        await screen.button("Close").click()
        await screen.button("Library").click()
        await expect(screen.page.get_by_role("dialog")).to_contain_text("Kept in this browser only")
        await screen.page.locator(".item-open").click()

        await screen.ended("Built by a model")
        assert await screen.parts() == 12
