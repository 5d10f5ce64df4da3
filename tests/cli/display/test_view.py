"""What a stream has told, folded."""

from hypothesis import given
from hypothesis import strategies as st

from propactor.cli.display.view import GenerationView, notice

BOX = {"type": "box", "color": "#ffffff", "position": [0, 0, 0]}


def told(*events: tuple[str, dict[str, object]]) -> GenerationView:
    """Tell a view, one event a second."""
    view = GenerationView(asked_at=0.0)
    for second, (kind, data) in enumerate(events, start=1):
        view.take(kind, data, float(second))
    return view


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]))))
def test_text(pieces: list[str]) -> None:
    """The deltas joined are the text; one that replaces starts it over."""
    before = told(("text_delta", {"delta": "void"}))
    before.take("text_delta", {"delta": "", "replace": True}, 2.0)

    for piece in pieces:
        before.take("text_delta", {"delta": piece}, 3.0)

    assert before.text == "".join(pieces)


def test_parts() -> None:
    """A part that comes again takes the place of the first; one without a part is taken back."""
    cone = BOX | {"type": "cone"}

    view = told(
        ("part", {"index": 0, "part": BOX}),
        ("part", {"index": 1, "part": BOX}),
        ("part", {"index": 1, "part": cone, "superseded": True}),
        ("part", {"index": 0, "part": None, "superseded": True}),
        ("part", {"index": 7, "part": None, "superseded": True}),
    )

    assert view.parts == {1: cone}
    assert view.shapes() == "1 cone"


def test_tools() -> None:
    """A tool's result belongs to its call, also where the call was missed."""
    view = told(
        ("tool_call", {"toolCallId": "a", "toolName": "read", "inputPreview": "x"}),
        ("tool_result", {"toolCallId": "a", "toolName": "read", "status": "ok", "outputPreview": "y"}),
        ("tool_result", {"toolCallId": "b", "toolName": "exec", "status": "error"}),
    )

    assert [(tool.name, tool.wanted, tool.status, tool.got) for tool in view.tools.values()] == [
        ("read", "x", "ok", "y"),
        ("exec", "", "error", ""),
    ]


def test_thoughts() -> None:
    """Pieces of a thought are joined by their block."""
    view = told(
        ("thinking", {"blockId": "1", "message": "a "}),
        ("thinking", {"blockId": "2", "message": "b"}),
        ("thinking", {"blockId": "1", "message": "c"}),
    )

    assert view.thoughts == {"1": "a c", "2": "b"}


def test_times() -> None:
    """The first event is the first of the model; notices don't count."""
    view = told(("started", {"requestId": "r"}), ("progress", {"phase": "accepted"}), ("thinking", {}))
    view.take("done", {}, 9.0)

    assert (view.seconds(view.first_at), view.seconds(view.ended_at)) == (3.0, 9.0)


def test_later_version() -> None:
    """An event nobody knows changes nothing."""
    assert told(("hologram", {"x": 1})) == told()


def test_notice() -> None:
    """A notice is put in words, with its reason; an unknown one is named."""
    assert notice({"phase": "stalled", "silentMs": 30_000}) == "silence for 30 s"
    assert notice({"phase": "fallback", "message": "no gateway"}) == "the template steps in: no gateway"
    assert notice({"phase": "dreaming"}) == "dreaming"
