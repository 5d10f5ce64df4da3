"""Live events and stored messages together: nothing lost, nothing twice."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.events import Progress, TextDelta, Thinking, ToolCall
from tests.adapters.openclaw.turns import Reader, Step, Turn, turns

Json = dict[str, Any]


def told(reader: Reader, turn: Turn) -> None:
    """Check that everything was told once."""
    assert reader.text == turn.text
    assert sorted(reader.thoughts) == sorted(turn.thoughts)
    assert (reader.calls, sorted(reader.results)) == (turn.calls, turn.calls)


@settings(max_examples=150, deadline=None)
@given(turn=turns(3), data=st.data())
def test_any_order(turn: Turn, data: st.DataObject) -> None:
    """However the transcript's entries fall between the live events, all is told once, thoughts too."""
    reader = Reader(protocol=3)
    live = [payload for step in turn.live() for payload in step]
    kept = [message for step in turn.stored() for message in step]
    while live or kept:
        if live and (not kept or data.draw(st.booleans())):
            reader.hear(live.pop(0))
        else:
            reader.read(kept.pop(0))

    reader.end()

    told(reader, turn)


@settings(max_examples=300, deadline=None)
@given(turn=st.sampled_from([3, 4]).flatmap(turns), data=st.data())
def test_any_cut(turn: Turn, data: st.DataObject) -> None:
    """Wherever the live events break off and begin again, the stored messages make up for what is missing."""
    reader = Reader(protocol=turn.protocol)
    live = [payload for step in turn.live() for payload in step]
    gone = data.draw(st.integers(0, len(live)), label="gone")
    back = data.draw(st.integers(gone, len(live)), label="back")
    late = data.draw(st.integers(gone, back), label="late")

    for payload in live[:gone]:
        reader.hear(payload)
    reader.backfill.listen(live=False)
    reader.read(*turn.written(back))
    reader.rejoin()
    for payload in live[late:]:
        reader.replay(payload)
    reader.read(*(message for step in turn.stored() for message in step))
    reader.end()

    told(reader, turn)


@settings(max_examples=150, deadline=None)
@given(turn=st.sampled_from([3, 4]).flatmap(turns), data=st.data())
def test_only_stored(turn: Turn, data: st.DataObject) -> None:
    """Where no live event ever comes, the stored messages tell everything, however often they are read."""
    reader = Reader(protocol=turn.protocol)
    kept = [message for step in turn.stored() for message in step]
    reader.backfill.listen(live=False)

    for end in sorted(data.draw(st.lists(st.integers(0, len(kept)), max_size=4))):
        reader.read(*kept[:end])
    reader.read(*kept)
    reader.end()

    told(reader, turn)
    assert {getattr(event, "source", None) for event in reader.events} <= {"transcript"}


def test_thoughts_at_once() -> None:
    """What live events never tell is told as soon as it is stored; the rest waits for them."""
    turn = Turn([Step(("I look.",), ("Let me see.",), tools=1), Step((), ("Done.",))], protocol=3)
    reader = Reader(protocol=3)

    reader.read(*turn.stored()[0])

    assert [type(event) for event in reader.events] == [Thinking]
    assert [event.source for event in reader.events if isinstance(event, Thinking)] == ["transcript"]


def test_gap_is_told() -> None:
    """What live events left out although they never broke off is told at the end, and that it was missing."""
    turn = Turn([Step((), ("Let me see.",), tools=1), Step((), ("Done.",))], protocol=4)
    reader = Reader()
    for payload in (p for step in turn.live() for p in step if p["stream"] != "tool"):
        reader.hear(payload)

    reader.read(*(message for step in turn.stored() for message in step))
    reader.end()

    assert reader.calls == turn.calls
    assert [event.phase for event in reader.events if isinstance(event, Progress)] == ["gap"]


def test_rewritten() -> None:
    """A message that the gateway has rewritten on its way counts as told."""
    reader = Reader(protocol=3)
    reader.hear({"stream": "assistant", "data": {"text": "if a:\n b", "delta": "if a:\n b"}})

    reader.read({"role": "assistant", "content": "[[reply_to_current]] if a:\n    b"})
    reader.end()

    assert reader.text == "if a:\n b"


def test_continued_where_rewritten() -> None:
    """What is missing of a rewritten message goes on where the reader is, with the blanks it really has."""
    reader = Reader(protocol=3)
    reader.hear({"stream": "assistant", "data": {"text": "if a:\n b", "delta": "if a:\n b"}})
    reader.backfill.listen(live=False)

    reader.read({"role": "assistant", "content": "if a:\n    b\n    c"})

    assert reader.text == "if a:\n b\n    c"


def test_what_cannot_be_continued() -> None:
    """What turns out to be nothing that is stored is replaced by what is."""
    reader = Reader(protocol=3)
    reader.hear({"stream": "assistant", "data": {"text": "Half of", "delta": "Half of"}})
    reader.backfill.listen(live=False)

    reader.read({"role": "assistant", "content": "Another try."})

    last = reader.events[-1]
    assert isinstance(last, TextDelta)
    assert (last.replace, reader.text) == (True, "Another try.")


def test_failed_meanwhile() -> None:
    """An attempt that failed while nobody listened takes its words with it; its thoughts were thought."""
    reader = Reader(protocol=3)
    reader.hear({"stream": "assistant", "data": {"text": "Half of", "delta": "Half of"}})
    reader.backfill.listen(live=False)
    failed = {"stopReason": "error", "errorMessage": "500"}

    reader.read({"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm."}], **failed})

    assert (reader.text, reader.thoughts) == ("", ["Hm."])


def test_shortened() -> None:
    """Of a message that the gateway cut, the beginning is told, and live events go on from there."""
    reader = Reader()
    reader.backfill.listen(live=False)
    reader.read({"role": "assistant", "content": "One two\n...(truncated)..."})
    reader.backfill.listen(live=True)

    reader.hear({"stream": "assistant", "data": {"text": "One two three", "delta": " three"}})

    assert reader.text == "One two three"


def test_tools_by_their_id() -> None:
    """A tool that the transcript told first isn't told again by its late events."""
    turn = Turn([Step((), (), tools=1), Step((), ("Done.",))])
    reader = Reader()
    reader.backfill.listen(live=False)
    reader.read(*turn.stored()[0])

    for payload in turn.live()[0]:
        reader.hear(payload)

    assert [event.source for event in reader.events if isinstance(event, ToolCall)] == ["transcript"]
    assert reader.calls == reader.results == turn.calls
