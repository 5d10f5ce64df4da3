"""The mailbox: in order, bounded, closable; it owns the window, and facts are never lost."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.actors.commands import Command
from propactor.actors.generation_actor import POLICY
from propactor.actors.mailbox import MAX_PIECE, MAX_PIECES, Mailbox, TextWindow
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall
from tests.support.actor_harness import drain

WINDOW = 0.04
SECOND = 1.0
A, B, TOOL, NOTICE = TextDelta("a"), TextDelta("b"), ToolCall("read", "t"), Progress("queued")


class Receiver:
    """A mailbox on a clock of its own, and a receiver that takes all there is whenever it is called.

    ``taken`` holds what was taken each time, and when.
    """

    def __init__(self, window: float = WINDOW) -> None:
        self.now = 100.0
        self.due: float | None = None
        self.taken: list[tuple[float, list[Event | Command]]] = []
        self.mailbox = mailbox(window=window, clock=lambda: self.now)
        self.mailbox.listen(self._take, self._set)
        self.text = TextWindow(self.mailbox, "model")

    def _set(self, when: float) -> None:
        self.due = when

    def _take(self) -> None:
        self.taken.append((self.now, drain(self.mailbox)))

    def wait(self, seconds: float) -> None:
        """Let time pass; the timer fires when it is due."""
        until = self.now + seconds
        if self.due is not None and self.due <= until:
            self.now, self.due = self.due, None
            if self.mailbox.pending:
                self._take()
        self.now = until

    @property
    def batches(self) -> list[list[Event | Command]]:
        """Return what was taken each time."""
        return [batch for _, batch in self.taken]


def mailbox(
    *, window: float = 0, capacity: int = 1024, max_bytes: int = 2**20, clock: object = lambda: 0.0
) -> Mailbox[Event | Command]:
    """Return a mailbox for events."""
    return Mailbox(POLICY, clock, window=window, max_messages=capacity, max_bytes=max_bytes)  # type: ignore[arg-type]


def model(text: str) -> TextDelta:
    """Return a delta of the receiver's own source."""
    return TextDelta(text, source="model")


def test_order() -> None:
    """Messages come out as they went in, neighbouring deltas as one."""
    box = mailbox()
    for event in (TOOL, A, B, NOTICE, TOOL):
        box.put(event)

    assert (len(box), box.pending) == (5, True)
    assert drain(box) == [TOOL, TextDelta("ab"), NOTICE, TOOL]
    assert (len(box), box.pending, box.joined) == (0, False, 1)


def test_called_once() -> None:
    """The receiver is called once for all that comes until it has taken everything."""
    box, calls = mailbox(), []
    box.listen(lambda: calls.append(len(box)), lambda _: None)
    assert calls == []

    for event in (TOOL, NOTICE):
        box.put(event)
    assert calls == [1]
    assert box.take() == TOOL
    box.put(TOOL)
    assert calls == [1]
    assert drain(box) == [NOTICE, TOOL]

    box.put(A)
    assert calls == [1, 1]


@pytest.mark.parametrize("closed", [False, True])
def test_listen_late(closed: bool) -> None:
    """A receiver that comes late is called for what is there, or for the end."""
    box, calls = mailbox(), []
    box.close() if closed else box.put(A)

    box.listen(lambda: calls.append("called"), lambda _: None)

    assert calls == ["called"]


def test_close() -> None:
    """What is in a closed mailbox can be taken; what comes later is forgotten; the receiver is called."""
    box, calls = mailbox(), []
    box.listen(lambda: calls.append("called"), lambda _: None)
    text = TextWindow(box)
    box.put(A)
    box.close()
    box.put(B)
    text.text("c")
    assert (box.closed, calls) == (True, ["called"])

    assert drain(box) == [A]
    box.close()

    assert calls == ["called", "called"]
    assert text.pieces == []


def test_unlisten() -> None:
    """Who doesn't listen any more isn't called."""
    box, calls = mailbox(), []
    box.listen(lambda: calls.append("called"), lambda _: None)
    box.unlisten()

    box.put(TOOL)

    assert calls == []


# The window


def test_first_piece() -> None:
    """The first piece of text is taken at once, whichever way it comes."""
    delta, one, other = TextDelta("a", source="model", at=5), Receiver(), Receiver()

    one.text.text("a", 5)
    other.mailbox.put(delta)

    assert one.taken == other.taken == [(100.0, [delta])]


def test_window() -> None:
    """What follows waits for the window, then leaves together, dated as its first piece is."""
    on = Receiver()
    on.text.text("a", 1)
    on.wait(0.01)
    on.text.text("b", 2)
    on.wait(0.02)
    on.text.text("c", 3)

    assert len(on.taken) == 1
    on.wait(SECOND)

    assert on.taken[1] == (100.01 + WINDOW, [TextDelta("bc", source="model", at=2)])
    assert on.mailbox.joined == 1


def test_pause() -> None:
    """After a pause a piece is taken at once again."""
    on = Receiver()
    on.text.text("a")
    on.wait(WINDOW)
    on.text.text("b")

    assert on.batches == [[model("a")], [model("b")]]


def test_thoughts_wait_too() -> None:
    """Thoughts wait like text does, joined with their own kind and in their order."""
    on = Receiver()
    on.text.text("a")
    for piece in ("h", "m"):
        on.mailbox.put(Thinking(piece))
    on.text.text("b")
    assert len(on.taken) == 1
    on.wait(SECOND)

    assert on.batches[1] == [Thinking("hm"), model("b")]


@pytest.mark.parametrize("event", [TOOL, NOTICE, TextDelta("x", raw={"n": 1}), Thinking("x", raw={"n": 1})])
def test_flushed(event: Event) -> None:
    """Any other event is taken at once, behind what waited for the window."""
    on = Receiver()
    on.text.text("a")
    on.text.text("b")
    on.text.text("c")

    on.mailbox.put(event)

    assert on.batches == [[model("a")], [model("bc"), event]]


def test_window_counts_deltas() -> None:
    """What isn't a delta opens no window: the first delta behind it is taken at once."""
    on = Receiver()
    on.mailbox.put(NOTICE)
    on.wait(0.001)

    on.text.text("a")

    assert on.batches == [[NOTICE], [model("a")]]


def test_moved_window() -> None:
    """A timer that was set before an event flushed is set anew for what follows."""
    on = Receiver()
    on.text.text("a")
    on.text.text("b")
    on.wait(0.03)
    on.mailbox.put(TOOL)
    on.wait(0.005)
    on.text.text("c")

    on.wait(SECOND)

    assert [at for at, _ in on.taken] == pytest.approx([100, 100.03, 100.035 + WINDOW])


def test_no_window() -> None:
    """Without a window everything is taken at once."""
    on = Receiver(window=0)
    for piece in "abc":
        on.text.text(piece)

    assert on.batches == [[model("a")], [model("b")], [model("c")]]


def test_two_senders() -> None:
    """Text of another source is another delta, behind what the first has said."""
    on = Receiver()
    other = TextWindow(on.mailbox, "template")
    on.text.text("a")
    on.text.text("b")
    other.text("c")
    on.wait(SECOND)

    assert on.batches[1] == [model("b"), TextDelta("c", source="template")]


def test_closed_sender() -> None:
    """A sender that is closed says nothing more, but what it has said is taken."""
    on = Receiver()
    on.text.text("a")
    on.text.text("b")
    on.text.close()
    on.text.text("c")
    on.text(TOOL)
    on.wait(SECOND)

    assert on.batches == [[model("a")], [model("b")]]


@pytest.mark.parametrize("pieces", [["x"] * (MAX_PIECES + 2), ["x", "x", "x" * (MAX_PIECE + 1)]])
def test_held_within_bounds(pieces: list[str]) -> None:
    """What would be too much to hold doesn't wait for the end of the window."""
    on = Receiver()
    for piece in pieces:
        on.text.text(piece)

    assert len(on.taken) == 2
    on.wait(SECOND)
    assert "".join(e.delta for batch in on.batches for e in batch if isinstance(e, TextDelta)) == "".join(
        pieces
    )


SAYINGS = st.tuples(st.sampled_from(["text", "delta", "thought", "tool"]), st.floats(0, 0.1))


@given(st.lists(SAYINGS, max_size=40))
def test_nothing_lost(said: list[tuple[str, float]]) -> None:
    """All is taken in the order it came, no delta later than a window, anything else at once."""
    on, came = Receiver(), list[tuple[str, float]]()
    for number, (kind, pause) in enumerate(said):
        on.wait(pause)
        came.append((f"{number},", on.now))
        _say(on, kind, f"{number},")
        assert kind != "tool" or on.taken[-1][0] == on.now
    on.wait(SECOND)

    left = [(piece, at) for at, batch in on.taken for event in batch for piece in _pieces(event)]
    assert [piece for piece, _ in left] == [piece for piece, _ in came]
    assert all(at - began <= WINDOW + 1e-9 for (_, at), (_, began) in zip(left, came, strict=True))


def _say(on: Receiver, kind: str, piece: str) -> None:
    events: dict[str, Event] = {
        "delta": model(piece),
        "thought": Thinking(piece),
        "tool": ToolCall("read", piece),
    }
    if kind == "text":
        on.text.text(piece)
    else:
        on.mailbox.put(events[kind])


def _pieces(event: object) -> Iterator[str]:
    said = getattr(event, "delta", getattr(event, "message", getattr(event, "tool_call_id", "")))
    yield from (f"{piece}," for piece in said.split(",")[:-1])


@pytest.mark.lesson("R25")
@settings(max_examples=20)
@given(st.lists(st.floats(0, 0.02), min_size=100, max_size=200), st.sampled_from([0.03, 0.04, 0.05]))
def test_rate(pauses: list[float], window: float) -> None:
    """A stream of text is taken at most 35 times in any second, for every window we allow."""
    on = Receiver(window)
    for pause in pauses:
        on.wait(pause)
        on.text.text("a")
    on.wait(SECOND)

    times = [at for at, _ in on.taken]
    assert max(sum(start <= at < start + SECOND for at in times) for start in times) <= 35


def test_keep() -> None:
    """Everything but one kind of message can be forgotten, collected text as well."""
    box = mailbox()
    text = TextWindow(box)
    for event in (A, TOOL, B):
        box.put(event)
    text.text("c")

    box.keep(ToolCall)

    assert drain(box) == [TOOL]
    calls: list[int] = []
    box.listen(lambda: calls.append(len(box)), lambda _: None)
    box.put(A)
    box.keep(ToolCall)
    assert not box.pending
    box.put(TOOL)
    assert calls == [1, 1]  # a mailbox that was emptied calls again
