"""The page's manners: it asks nobody else, fits everywhere, and can be used by everybody."""

import pytest
from playwright.async_api import expect

from tests.e2e.behind import HALF, WHOLE, both
from tests.e2e.conftest import Open
from tests.server.service import service


async def test_asks_nobody_else(open_page: Open) -> None:
    """From the first look to the result, every request goes to the service itself."""
    async with both() as (served, _):
        screen = await open_page(served.url)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")

        assert [url for url in screen.requests if not url.startswith((served.url, "blob:"))] == []
        assert await screen.page.evaluate("document.fonts.check('16px \"Instrument Sans\"')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_accessible(open_page: Open, scheme: str) -> None:
    """axe-core finds nothing serious: before, in the middle, in the end, nor in the drawers."""
    async with both() as (served, _):
        screen = await open_page(served.url, color_scheme=scheme, reduced_motion="reduce")
        await expect(screen.page.get_by_label("Model")).to_be_visible()
        assert await screen.inaccessible() == []
        await screen.ask(HALF)
        await screen.has_parts(1)
        assert await screen.inaccessible() == []
        await screen.button("Cancel").click()
        await screen.ended("Cancelled")
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")
        assert await screen.inaccessible() == []
        await screen.button("History").click()
        assert await screen.inaccessible() == []


@pytest.mark.parametrize("width", [360, 820, 1440, 3840])
async def test_fits(open_page: Open, width: int) -> None:
    """Nothing sticks out sideways, from a phone to a wall; the parts that matter are there."""
    async with both() as (served, _):
        screen = await open_page(served.url, width=width, height=900)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")

        wide = await screen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        for part in (".stage", ".thinking", ".code", ".composer"):
            box = await screen.page.locator(part).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


async def test_keyboard(open_page: Open) -> None:
    """The view turns, zooms and resets by keys; the prompt and its button follow each other."""
    async with both() as (served, _):
        screen = await open_page(served.url, reduced_motion="reduce")
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")
        canvas = screen.page.locator(".stage canvas")
        await screen.page.locator(".stage").focus()
        pictures = [await canvas.screenshot()]

        for key in ("ArrowLeft", "+", "0"):
            before = pictures[-1]
            await screen.page.keyboard.press(key)

            async def changed(before: bytes = before) -> bool:
                return await canvas.screenshot() != before

            await screen.until(changed)
            pictures.append(await canvas.screenshot())


async def test_token(open_page: Open) -> None:
    """A service with a token is asked with it, once its user has given it."""
    async with service(server={"token": "open sesame"}) as served:
        screen = await open_page(served.url)
        await screen.page.get_by_label("This service wants a token.").fill("open sesame")
        await screen.page.keyboard.press("Enter")
        await expect(screen.page.get_by_label("This service wants a token.")).to_have_count(0)
        await screen.ask("A tiny rusty robot")

        await screen.ended("Built from a template")


async def test_stream_check(open_page: Open) -> None:
    """The page can tell whether something in between buffers; here nothing does."""
    async with service() as served:
        screen = await open_page(served.url)
        await screen.button("Stream check").click()

        await expect(screen.page.locator("[data-verdict=good]")).to_contain_text("Streams pass live")


async def test_raw_payloads(open_page: Open) -> None:
    """Raw payloads are shown to those who ask, where the service sends them; else nothing offers them."""
    async with both(debug={"raw": True}) as (served, _):
        screen = await open_page(served.url)
        await screen.page.get_by_label("Raw payloads").check()
        await screen.ask(HALF)
        await screen.has_parts(1)
        await screen.page.get_by_label("Developer details").check()
        await screen.log.locator(".raw summary").first.click()
        await expect(screen.log.locator(".raw pre").first).to_contain_text("{")

    async with both() as (served, _):
        other = await open_page(served.url)
        await expect(other.page.get_by_label("Model")).to_be_visible()
        await expect(other.page.get_by_label("Raw payloads")).to_have_count(0)
