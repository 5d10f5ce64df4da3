"""Reading what is stored of a run: all of it once, then what came since; and looking again and again."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, cast

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol.backfill import Backfill
from propactor.adapters.openclaw.protocol.ledger import Ledger
from propactor.adapters.openclaw.session_history import Poller, SessionHistory
from propactor.core.errors import GatewayRefused, GatewayUnavailable
from propactor.core.events import Event, Thinking
from tests.adapters.openclaw.recordings import text
from tests.support.emitted import Emitted
from tests.support.virtual import virtual

Json = dict[str, Any]


class Asked:
    """A link that answers what it is told, and keeps what it was asked."""

    hello = None

    def __init__(self, *answers: Json | Exception) -> None:
        self.answers = list(answers)
        self.params: list[Mapping[str, Any]] = []

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Answer."""
        assert (method, timeout) == ("chat.history", 1)
        self.params.append(params)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reading(*answers: Json | Exception) -> tuple[SessionHistory, Asked, list[Event]]:
    """Make an history of the run `r1`, which nobody tells of live."""
    link, events = Asked(*answers), Emitted()
    backfill = Backfill(Ledger(), events)
    backfill.listen(live=False)
    return SessionHistory(cast(Link, link), backfill, key="k", run_id="r1", timeout=1), link, events


def said(words: str, name: str, **more: Any) -> Json:
    """Make a row of the model."""
    return {
        "role": "assistant",
        "content": [{"type": "text", "text": words}],
        "__openclaw": {"id": name},
        **more,
    }


def asked(run_id: str = "r1", **more: Any) -> Json:
    """Make a row of a prompt."""
    return {"role": "user", "content": "Write.", "idempotencyKey": f"{run_id}:user", **more}


async def test_since() -> None:
    """After the first time only what is new is asked for."""
    first = {"messages": [asked(), said("One.", "1")], "deltaCursor": "c1"}
    second = {"kind": "delta", "messages": [said("Two.", "2", stopReason="stop")], "deltaCursor": "c2"}
    history, link, events = reading(first, second)

    assert await history.fetch()
    assert not history.finished
    assert await history.fetch()

    assert text(events) == "One.\n\nTwo."
    assert [params.get("cursor") for params in link.params] == [None, "c1"]
    assert history.finished


async def test_reset() -> None:
    """Where the place is not known any more all is read again, and nothing told again."""
    everything = {"messages": [asked(), said("One.", "1")], "deltaCursor": "c1"}
    history, link, events = reading(everything, {"kind": "reset"}, everything)

    await history.fetch()
    await history.fetch()

    assert text(events) == "One."
    assert [params.get("cursor") for params in link.params] == [None, "c1", None]


async def test_one_message_in_two_rows() -> None:
    """Text before a tool comes as a row of its own, under the same id; both rows count."""
    thought = {"type": "thinking", "thinking": "Hm."}
    rows = [asked(), said("Look.", "1"), {**said("", "1"), "content": [thought]}]
    history, _, events = reading({"messages": rows}, {"messages": rows})

    await history.fetch()
    await history.fetch()

    assert text(events) == "Look."
    assert [event.message for event in events if isinstance(event, Thinking)] == ["Hm."]


async def test_only_this_run() -> None:
    """Of a session with several runs only ours is read: from our prompt to the next."""
    rows = [asked("r0"), said("Old.", "1"), asked(), said("Ours.", "2"), asked("r2"), said("New.", "3")]
    history, _, events = reading({"messages": rows})

    await history.fetch()

    assert text(events) == "Ours."


async def test_successor() -> None:
    """A prompt that the gateway gave itself, or a run in flight that isn't ours, names the successor."""
    internal = asked("r9", provenance={"kind": "internal_system"})
    history, _, events = reading({"messages": [asked(), said("One.", "1"), internal, said("Two.", "2")]})
    other, *_ = reading({"messages": [], "inFlightRun": {"runId": "r8", "text": ""}})

    await history.fetch()
    await other.fetch()

    assert (history.successor, other.successor) == ("r9", "r8")
    assert text(events) == "One.\n\nTwo."


async def test_older_gateway() -> None:
    """A gateway that refuses to be asked in the new way is asked in the old one from then on."""
    rows = {"messages": [asked(), said("One.", "1")], "deltaCursor": "c1"}
    history, link, events = reading(rows, GatewayRefused("unexpected property"), rows)

    await history.fetch()
    await history.fetch()

    assert text(events) == "One."
    assert set(link.params[-1]) == {"sessionKey", "limit"}


async def test_in_vain() -> None:
    """A history that can't be read costs the messages, not the run."""
    refused, lost = GatewayRefused("no"), GatewayUnavailable("gone")
    history, _, events = reading(refused, refused, lost)

    assert not await history.fetch()
    assert not await history.fetch()
    assert events == []


@virtual
async def test_looks() -> None:
    """It looks at once, then every so many seconds, until it is stopped."""
    times: list[float] = []
    clock = asyncio.get_running_loop().time

    async def look() -> None:
        times.append(clock())

    began = clock()
    poller = Poller(look, every=10)
    poller.start()
    poller.start()
    await asyncio.sleep(25)
    await poller.stop()
    await asyncio.sleep(25)

    assert [time - began for time in times] == [0, 10, 20]


@virtual
async def test_woken() -> None:
    """Who has news wakes it, instead of waiting."""
    seen = asyncio.Semaphore(0)

    async def look() -> None:
        seen.release()

    poller = Poller(look, every=1000)
    poller.start()
    await seen.acquire()
    poller.wake()

    async with asyncio.timeout(1):
        await seen.acquire()
    await poller.stop()
    await poller.stop()


@virtual
async def test_defect() -> None:
    """A defect ends the looking, and is logged."""

    async def look() -> None:
        raise ZeroDivisionError

    poller = Poller(look, every=1)
    with Logged() as records:
        poller.start()
        await asyncio.sleep(5)
    await poller.stop()

    assert len(records) == 1


class Logged(logging.Handler):
    """Collect what is logged."""

    def __enter__(self) -> list[logging.LogRecord]:
        self.records: list[logging.LogRecord] = []
        logging.getLogger("propactor").addHandler(self)
        return self.records

    def __exit__(self, *_: object) -> None:
        logging.getLogger("propactor").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


@virtual
async def test_rests() -> None:
    """It can be told to rest without waiting, and to begin anew."""
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1

    poller = Poller(look, every=10)
    for _ in range(2):
        poller.start()
        await asyncio.sleep(1)
        poller.rest()
        await asyncio.sleep(100)
    poller.rest()
    await poller.stop()

    assert looks == 2
