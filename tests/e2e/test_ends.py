"""How runs end: well, cancelled, from a template, without a stream."""

import asyncio
import json

from playwright.async_api import Download, Route, expect

from tests.e2e.behind import HALF, WHOLE, both
from tests.e2e.conftest import Open
from tests.server.service import service


async def content(file: Download) -> bytes:
    """Return what was downloaded."""
    path = await file.path()
    return await asyncio.to_thread(path.read_bytes)


async def test_result(open_page: Open) -> None:
    """In the end the prop has a name, its maker is said, and it can be taken away."""
    async with both() as (served, _):
        screen = await open_page(served.url)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")

        async with screen.page.expect_download() as component:
            await screen.button("Download the component, .tsx").click()
        async with screen.page.expect_download() as parts:
            await screen.button("Download the parts, .json").click()

        file, listed = await component.value, await parts.value
        assert file.suggested_filename.endswith(".tsx")
        assert b"export function" in await content(file)
        assert len(json.loads(await content(listed))) == 12
        assert await screen.state() == "done"
        await expect(screen.badge("Live")).to_have_count(0)


async def test_cancel(open_page: Open) -> None:
    """Cancel ends the run at the gateway too, and the page says that it is over."""
    async with both() as (served, gateway):
        screen = await open_page(served.url)
        await screen.ask(HALF)
        await screen.has_parts(1)
        await screen.button("Cancel").click()
        await screen.ended("Cancelled")

        await gateway.until(lambda: len(gateway.aborted) == 1)
        await expect(screen.badge("Cancelled")).to_be_visible()
        await expect(screen.button("Try again")).to_be_enabled()


async def test_template(open_page: Open) -> None:
    """With the gateway down there is a prop all the same, and it is said plainly what it is and why."""
    async with service(gateway={"url": "ws://127.0.0.1:9"}, timeouts={"accept": 0.3}) as served:
        screen = await open_page(served.url)
        await screen.ask("A tiny rusty robot")
        await screen.ended("Built from a template")

        await expect(screen.strip).to_contain_text("No model built this")
        await expect(screen.entries("notice").filter(has_text="A template steps in")).to_have_count(1)
        assert await screen.parts() > 3


async def test_streaming_switched_off(open_page: Open) -> None:
    """With the flag off, the page waits for the finished prop, and says so."""
    async with both(features={"prop_streaming": False}) as (served, _):
        screen = await open_page(served.url)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")

        await expect(screen.log).to_contain_text("Streaming is switched off on this service")
        assert not any(url.endswith("generate-prop-stream") for url in screen.requests)


async def test_quick_prompt_waits_for_config(open_page: Open) -> None:
    """A prompt sent before the config has come is held until it has, and is then treated as it says."""
    async with both(features={"prop_streaming": False}) as (served, _):
        screen = await open_page(served.url)
        release = asyncio.Event()

        async def delay(route: Route) -> None:
            await release.wait()
            await route.continue_()

        await screen.page.route("**/api/creator/config", delay)
        await screen.page.reload()
        await screen.ask(WHOLE)
        await expect(screen.strip).to_contain_text("The request is on its way")
        release.set()
        await screen.ended("Built by a model")

        await expect(screen.log).to_contain_text("Streaming is switched off on this service")
        assert not any(url.endswith("generate-prop-stream") for url in screen.requests)


async def test_stream_endpoint_fails(open_page: Open) -> None:
    """Where the stream's endpoint fails, so does not the page."""
    async with both() as (served, gateway):
        screen = await open_page(served.url)
        await screen.page.route("**/generate-prop-stream", lambda route: route.fulfill(status=502, body=""))
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")

        await expect(screen.log).to_contain_text("The stream failed (502)")
        assert len(gateway.asked("agent")) == 1


async def test_regenerate_keeps_the_old_prop_in_sight(open_page: Open) -> None:
    """While a new run has no part yet, the last good prop stays in view, faded."""
    async with both() as (served, _):
        screen = await open_page(served.url)
        await screen.ask(WHOLE)
        await screen.ended("Built by a model")
        await screen.ask("Another #scenario=hang")

        await expect(screen.page.locator(".stage.faded")).to_be_visible()
        assert await screen.parts() == 12


async def test_viewport_stays_in_place(open_page: Open) -> None:
    """From the first look to the result, the view neither moves nor changes its size."""
    async with both() as (served, _):
        screen = await open_page(served.url)
        viewport = screen.page.locator(".stage")
        idle = await viewport.bounding_box()
        await screen.ask(WHOLE)
        await screen.has_parts(1)
        busy = await viewport.bounding_box()
        await screen.ended("Built by a model")

        assert idle == busy == await viewport.bounding_box()
