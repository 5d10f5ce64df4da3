"""Reading what is stored of a run: all of it once, then what came since."""

from collections.abc import Mapping
from typing import Any, cast

from propactor.adapters.openclaw.archive import Archive
from propactor.adapters.openclaw.link import Link
from propactor.adapters.openclaw.recalling import Recall
from propactor.adapters.openclaw.story import Story
from propactor.core.errors import GatewayRefused, GatewayUnavailable
from propactor.core.events import Event, Thinking
from tests.adapters.openclaw.recordings import text

Json = dict[str, Any]


class Asked:
    """A link that answers what it is told, and keeps what it was asked."""

    hello = None

    def __init__(self, *answers: Json | Exception) -> None:
        self.answers = list(answers)
        self.params: list[Mapping[str, Any]] = []

    async def call(self, method: str, params: Mapping[str, Any], *, patience: float) -> Mapping[str, Any]:
        """Answer."""
        assert (method, patience) == ("chat.history", 1)
        self.params.append(params)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reading(*answers: Json | Exception) -> tuple[Archive, Asked, list[Event]]:
    """Make an archive of the run `r1`, which nobody tells of live."""
    link, events = Asked(*answers), list[Event]()
    recall = Recall(Story(), events.append)
    recall.listen(live=False)
    return Archive(cast(Link, link), recall, key="k", run_id="r1", patience=1), link, events


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
    archive, link, events = reading(first, second)

    assert await archive.fetch()
    assert not archive.finished
    assert await archive.fetch()

    assert text(events) == "One.\n\nTwo."
    assert [params.get("cursor") for params in link.params] == [None, "c1"]
    assert archive.finished


async def test_reset() -> None:
    """Where the place is not known any more all is read again, and nothing told again."""
    everything = {"messages": [asked(), said("One.", "1")], "deltaCursor": "c1"}
    archive, link, events = reading(everything, {"kind": "reset"}, everything)

    await archive.fetch()
    await archive.fetch()

    assert text(events) == "One."
    assert [params.get("cursor") for params in link.params] == [None, "c1", None]


async def test_one_message_in_two_rows() -> None:
    """Text before a tool comes as a row of its own, under the same id; both rows count."""
    thought = {"type": "thinking", "thinking": "Hm."}
    rows = [asked(), said("Look.", "1"), {**said("", "1"), "content": [thought]}]
    archive, _, events = reading({"messages": rows}, {"messages": rows})

    await archive.fetch()
    await archive.fetch()

    assert text(events) == "Look."
    assert [event.message for event in events if isinstance(event, Thinking)] == ["Hm."]


async def test_only_this_run() -> None:
    """Of a session with several runs only ours is read: from our prompt to the next."""
    rows = [asked("r0"), said("Old.", "1"), asked(), said("Ours.", "2"), asked("r2"), said("New.", "3")]
    archive, _, events = reading({"messages": rows})

    await archive.fetch()

    assert text(events) == "Ours."


async def test_successor() -> None:
    """A prompt that the gateway gave itself, or a run in flight that isn't ours, names the successor."""
    internal = asked("r9", provenance={"kind": "internal_system"})
    archive, _, events = reading({"messages": [asked(), said("One.", "1"), internal, said("Two.", "2")]})
    other, *_ = reading({"messages": [], "inFlightRun": {"runId": "r8", "text": ""}})

    await archive.fetch()
    await other.fetch()

    assert (archive.successor, other.successor) == ("r9", "r8")
    assert text(events) == "One.\n\nTwo."


async def test_older_gateway() -> None:
    """A gateway that refuses to be asked in the new way is asked in the old one from then on."""
    rows = {"messages": [asked(), said("One.", "1")], "deltaCursor": "c1"}
    archive, link, events = reading(rows, GatewayRefused("unexpected property"), rows)

    await archive.fetch()
    await archive.fetch()

    assert text(events) == "One."
    assert set(link.params[-1]) == {"sessionKey", "limit"}


async def test_in_vain() -> None:
    """A history that can't be read costs the messages, not the run."""
    refused, lost = GatewayRefused("no"), GatewayUnavailable("gone")
    archive, _, events = reading(refused, refused, lost)

    assert not await archive.fetch()
    assert not await archive.fetch()
    assert events == []
