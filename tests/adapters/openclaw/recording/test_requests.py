"""Which request of a recording is which of today's."""

from typing import Any

from propactor.adapters.openclaw.recording.requests import Requests
from propactor.core.recording import Frame
from tests.adapters.openclaw.recording.made import answer, beginning, frame


def asks(request_id: str, method: str) -> Frame:
    """Return a request."""
    return frame(0.0, "out", {"type": "req", "id": request_id, "method": method, "params": {}})


def answers(request_id: str, **payload: Any) -> Frame:
    """Return a response."""
    return frame(0.0, "in", answer(request_id, **payload))


def test_by_kind_and_order() -> None:
    """Requests and their answers are known by their kind and order; each connection counts from 1."""
    frames = [*beginning(), asks("p3", "x"), answers("p3"), beginning()[0], asks("p3", "x"), answers("p3")]

    keys = Requests(frames).keys

    assert keys == [None, ("agent", 0), ("agent", 0), ("x", 0), ("x", 0), None, ("x", 1), ("x", 1)]


async def test_before_the_answer() -> None:
    """Who asks before the answer is due gets none yet; the answer then has a name to go to."""
    requests = Requests([asks("p3", "x"), answers("p3")])

    assert requests.ask("x", "today") == []
    assert requests.answer(("x", 0), {}) == "today"


async def test_after_the_answer() -> None:
    """Who asks late gets at once what has come."""
    requests = Requests([asks("p3", "x"), answers("p3", n=1)])

    assert requests.answer(("x", 0), answer("p3", n=1)) is None
    assert requests.ask("x", "today") == [answer("p3", n=1)]


async def test_unknown() -> None:
    """Who asks what was never asked, or once more than was asked, is told so."""
    requests = Requests([asks("p3", "x"), answers("p3")])

    assert requests.ask("y", "a") is None
    assert requests.ask("x", "b") == []
    assert requests.ask("x", "c") is None


async def test_asked_less_often() -> None:
    """Who asks less often than was asked then gets the latest answer, with the messages of all."""
    told = [answers("p3", messages=["a"]), answers("p4", messages=["b"], kind="delta"), answers("p5")]
    requests = Requests([asks("p3", "x"), told[0], asks("p4", "x"), told[1], asks("p5", "x"), told[2]])
    for number in range(2):
        requests.answer(("x", number), told[number].data)

    assert requests.ask("x", "today") == [answer("p4", messages=["a", "b"], kind="delta")]
    assert requests.ask("x", "later") == []
    assert requests.answer(("x", 2), told[2].data) == "later"
