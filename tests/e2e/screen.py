"""A page as its user sees it: what is on it, and what can be done."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page, expect

from tests.rig.npm import UI, modules

TIMEOUT = 20.0
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
EXPECTED = ("Failed to load resource",)
"""What browsers write about refusals that a test is about."""

_COUNT = """async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const shades = new Set();
  let green = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, grass, blue] = [data[at], data[at + 1], data[at + 2]];
    if (grass > red + 12 && grass > blue + 25) { green += 1; shades.add((red << 16) | (grass << 8) | blue); }
  }
  return { green: green / (data.length / 4), shades: shades.size };
}"""


class Screen:
    """One open page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._listen)
        page.on("request", lambda request: self.requests.append(request.url))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.faults.append(message.text)

    async def ask(self, prompt: str) -> None:
        """Type a prompt and press Enter."""
        await self.page.get_by_label("What shall be built?").fill(prompt)
        await self.page.keyboard.press("Enter")

    def badge(self, text: str) -> Locator:
        """Return the badge of the thinking panel, if it says this."""
        return self.page.locator(".badge", has_text=text)

    @property
    def log(self) -> Locator:
        """Return the log of events."""
        return self.page.get_by_role("log")

    def entries(self, kind: str) -> Locator:
        """Return the entries of one kind."""
        return self.log.locator(f"[data-entry={kind}]")

    @property
    def strip(self) -> Locator:
        """Return what is said below the view."""
        return self.page.locator(".strip")

    def button(self, name: str) -> Locator:
        """Return a button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def state(self) -> str:
        """Return the state that the diagram shows."""
        return await self.page.locator(".diagram").get_attribute("data-state") or ""

    async def parts(self) -> int:
        """Return how many parts are in the view."""
        return int(await self.page.locator(".stage").get_attribute("data-parts") or 0)

    async def code(self) -> str:
        """Return the text of the code panel."""
        text: str = await self.page.evaluate(
            "[...document.querySelectorAll('.code .line')].map((line) => line.textContent).join('')"
        )
        return text.removesuffix("\n")

    async def picture(self) -> dict[str, float]:
        """Look at the view's pixels: the share of green ones, and how many shades they have."""
        shot = await self.page.locator(".stage canvas").screenshot()
        counted: dict[str, float] = await self.page.evaluate(_COUNT, b64encode(shot).decode())
        return counted

    async def until(self, holds: Callable[[], Awaitable[bool]], timeout: float = TIMEOUT) -> None:
        """Wait until something holds.

        Raises:
            TimeoutError: it doesn't.
        """
        async with asyncio.timeout(timeout):
            while not await holds():
                await asyncio.sleep(0.05)

    async def has_parts(self, least: int) -> None:
        """Wait until so many parts are in the view."""

        async def enough() -> bool:
            return await self.parts() >= least

        await self.until(enough)

    async def ended(self, words: str) -> None:
        """Wait until the strip says how it ended."""
        await expect(self.strip).to_contain_text(words, timeout=TIMEOUT * 1000)

    async def inaccessible(self) -> list[Any]:
        """Return what axe-core finds serious or critical."""
        await asyncio.to_thread(modules)  # axe-core is among the page's tools
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("axe.run()")
        return [
            (rule["id"], [node["html"][:160] for node in rule["nodes"]])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
