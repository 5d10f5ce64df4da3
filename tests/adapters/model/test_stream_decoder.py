"""Frames that servers send, one by one: both APIs, without a socket."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.adapters.model.completions import Completions
from propactor.adapters.model.messages import Messages
from propactor.adapters.model.stream_decoder import StreamDecoder
from propactor.core.errors import ModelRefused, UpstreamError
from propactor.core.events import Event, TextDelta, Thinking
from propactor.core.sse import Frame
from tests.support.surrogates import no_halves

AT = 1_700_000_000_000


def hear(decoder: StreamDecoder, *frames: Any) -> list[Event]:
    """Let it hear frames, of objects or of bare text."""
    texts = (frame if isinstance(frame, str) else json.dumps(frame) for frame in frames)
    return [event for text in texts for event in decoder.hear(Frame("message", text), AT)]


def chunk(reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return a chunk of OpenAI's."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def said(text: str) -> TextDelta:
    """Return the event of a piece of text."""
    return TextDelta(text, source="model", at=AT)


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_names_of_thoughts(name: str) -> None:
    """Thoughts are heard under either name."""
    assert hear(Completions(), chunk(**{name: "Hm. "})) == [Thinking("Hm. ", "1", "model")]


def test_both_names() -> None:
    """A server that says a thought under both names says it once."""
    assert hear(Completions(), chunk(reasoning_content="Hm. ", reasoning="Hm. ")) == [
        Thinking("Hm. ", "1", "model")
    ]


@pytest.mark.parametrize(
    "frame",
    [
        {"choices": []},
        {"choices": [], "usage": {"total_tokens": 9}},
        {"choices": None},
        {"choices": ["odd"]},
        {"choices": [{"delta": None}]},
        chunk(role="assistant", content=""),
        chunk(content=None, reasoning_content=None),
        chunk(content=["odd"]),
        {"id": "only"},
        "[]",
        "3",
    ],
)
def test_nothing_said(frame: Any) -> None:
    """Chunks with numbers, roles or nothing say nothing."""
    decoder = Completions()

    assert hear(decoder, frame) == []
    assert not decoder.complete


def test_done() -> None:
    """The end of a stream ends the answer, though nobody said why."""
    decoder = Completions()

    assert hear(decoder, chunk(content="x"), "[DONE]") == [said("x")]
    assert list(decoder.end()) == []


def test_torn() -> None:
    """Without a reason and without an end the answer was torn."""
    for decoder in (Completions(), Messages()):
        with pytest.raises(UpstreamError, match="ended before its answer did"):
            list(decoder.end())


def test_words_of_a_refusal() -> None:
    """What a model says when it refuses is in the error."""
    openai, anthropic = Completions(), Messages()
    hear(openai, chunk(refusal="I can't "), chunk(refusal="do that."), chunk(reason="stop"))
    details = {"type": "refusal", "explanation": "Not this."}
    hear(
        anthropic,
        {"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": details}},
        {"type": "message_stop"},
    )

    for decoder, words in ((openai, r"I can't do that\."), (anthropic, r"Not this\.")):
        with pytest.raises(ModelRefused, match=f"the model refused: {words}"):
            list(decoder.end())


@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource"])
def test_reasons_that_are_failures(reason: str) -> None:
    """Servers that report a failure as the reason to end have failed."""
    decoder = Completions()
    hear(decoder, chunk(content="x"), chunk(reason=reason))

    with pytest.raises(UpstreamError, match=f"the model failed: {reason}"):
        list(decoder.end())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "m", "code": 502}, UpstreamError),
        ({"message": "m", "code": 429}, UpstreamError),
        ({"message": "m", "code": 403}, ModelRefused),
        ({"message": "m", "type": "overloaded_error"}, UpstreamError),
        ({"message": "m", "type": "authentication_error"}, ModelRefused),
        ({"message": "m", "code": "insufficient_quota"}, ModelRefused),
        ("m", UpstreamError),
    ],
)
def test_error_objects(error: Any, kind: type) -> None:
    """An error in the stream is one, in all its forms; its code says whether trying again may help."""
    for decoder in (Completions(), Messages()):
        with pytest.raises(UpstreamError, match="the model failed: m") as caught:
            hear(decoder, {"type": "error", "error": error})
        assert type(caught.value) is kind


def test_blocks() -> None:
    """Of Anthropic's events only thoughts and text are heard; each block of thoughts is one."""
    decoder = Messages()
    events = hear(
        decoder,
        {"type": "message_start", "message": {"content": []}},
        {"type": "ping"},
        *_block(0, {"type": "thinking", "thinking": ""}, {"type": "thinking_delta", "thinking": "A. "}),
        *_block(1, {"type": "redacted_thinking", "data": "x"}),
        *_block(2, {"type": "thinking", "thinking": "B. "}, {"type": "signature_delta", "signature": "s"}),
        *_block(3, {"type": "text", "text": "C"}, {"type": "text_delta", "text": "D"}),
        *_block(4, {"type": "tool_use", "input": {}}, {"type": "input_json_delta", "partial_json": "{"}),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    )

    thoughts = [Thinking("A. ", "1", "model"), Thinking("B. ", "2", "model")]
    assert [*events, *decoder.end()] == [*thoughts, said("C"), said("D")]


def _block(index: int, start: dict[str, Any], *deltas: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


PIECES = st.lists(
    st.tuples(
        st.sampled_from(["content", "reasoning"]), st.sampled_from(["a", " ", "\ud83d", "\udca1", "é"])
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(PIECES)
def test_lossless(pieces: list[tuple[str, str]]) -> None:
    """However thoughts and text alternate, the text is all there, in order, in whole characters."""
    decoder = Completions()

    events = [*hear(decoder, *(chunk(**{name: piece}) for name, piece in pieces), "[DONE]"), *decoder.end()]

    heard = "".join(event.delta for event in events if isinstance(event, TextDelta))
    sent = "".join(piece for name, piece in pieces if name == "content")
    assert heard == sent.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert all(no_halves(event.message) for event in events if isinstance(event, Thinking))


def test_half_at_the_end() -> None:
    """Half a character at the very end is replaced, not lost in silence and not sent as it is."""
    decoder = Completions()

    events = [*hear(decoder, chunk(content="a\ud83d"), chunk(reason="stop")), *decoder.end()]

    assert [event.delta for event in events if isinstance(event, TextDelta)] == ["a", "\ufffd"]
