"""The decoder, on every recording and on what the recordings lack."""

from typing import Any

import pytest

from propactor.adapters.openclaw.protocol.decoder import Decoder
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall, ToolResult
from tests.adapters.openclaw.recordings import Recorded, every_run, history, replay, runs, text, told

RUNS = every_run()
UNWRITTEN = {
    "2026.2.9-abort",
    "2026.2.9-chatsend-abort",
    "2026.2.9-killed-sigkill",
    "2026.2.9-killed-sigterm",
    "2026.2.9-timeout",
    "2026.7.1-abort",
    "2026.7.1-chatsend-abort",
    "2026.9.6-killed-sigkill",
    "2026.9.6-timeout",
}
"""Runs that ended before the gateway had written anything down."""
CUT = {
    "2026.2.9-reconnect",
    "2026.9.6-abort",
    "2026.9.6-chatsend-abort",
    "2026.9.6-reconnect",
}
"""Runs whose connection saw only the beginning of the text: it was cut, or the last piece was never sent."""
every = pytest.mark.parametrize("run", RUNS, ids=lambda run: run.label)


def agent(stream: str, seq: int = 1, **data: Any) -> dict[str, Any]:
    """Make the payload of an event."""
    return {"runId": "r", "stream": stream, "seq": seq, "ts": 1000 + seq, "data": data}


def decode(*payloads: dict[str, Any], debug: bool = False, strict: bool = False) -> list[Event]:
    """Decode payloads and what is held back."""
    decoder = Decoder(debug=debug, strict=strict)
    return [*(event for payload in payloads for event in decoder.decode(payload)), *decoder.flush()]


def of(run: Recorded, kind: type) -> list[Any]:
    """Return a recorded run's events of one kind."""
    return [event for event in replay(run)[1] if isinstance(event, kind)]


@every
def test_joins(run: Recorded) -> None:
    """The joined pieces are what the decoder says was said."""
    decoder, events = replay(run)

    assert text(events) == decoder.said


@every
def test_transcript(run: Recorded) -> None:
    """The joined pieces are the messages of the transcript, a blank line between them."""
    _, events = replay(run)
    written = "\n\n".join(told(run))

    if run.recording in UNWRITTEN and not written:
        assert text(events)
    elif run.recording in CUT:
        assert written.startswith(text(events))
    else:
        assert text(events) == written


@every
def test_source(run: Recorded) -> None:
    """Every event names the gateway as its source, and text knows when it was said."""
    _, events = replay(run)

    assert {event.source for event in events if hasattr(event, "source")} <= {"gateway"}
    assert all(event.at for event in events if isinstance(event, TextDelta))


@every
def test_one_event_at_most_a_delta(run: Recorded) -> None:
    """Text goes on at once: nothing is held back when the gateway has told it."""
    decoder, said = Decoder(), ""

    for payload in run.events:
        said_now = text([TextDelta(said), *decoder.decode(payload)])
        assert said_now == decoder.said
        said = said_now


@pytest.mark.parametrize("run", [run for run in RUNS if run.protocol == 4], ids=lambda run: run.label)
def test_thoughts(run: Recorded) -> None:
    """Each call of the model thinks in a block of its own, told whole."""
    blocks: dict[str, str] = {}
    for thought in of(run, Thinking):
        blocks[thought.block_id] = blocks.get(thought.block_id, "") + thought.message
    written = [
        block["thinking"]
        for message in history(run)
        if message["role"] == "assistant" and isinstance(message["content"], list)
        for block in message["content"]
        if block["type"] == "thinking"
    ]

    if "reconnect" in run.recording:
        assert written[0].startswith(blocks["1"])
    else:
        assert list(blocks.values()) == written[: len(blocks)]
        assert list(blocks) == [str(n + 1) for n in range(len(blocks))]


def test_tools() -> None:
    """A tool's call and result carry its name, its id, and short previews of what went in and out."""
    (run,) = runs("2026.2.9-tools2")

    calls, results = of(run, ToolCall), of(run, ToolResult)

    assert [call.tool_name for call in calls] == ["read", "read", "exec"]
    assert [call.tool_call_id for call in calls] == [result.tool_call_id for result in results]
    assert "notes.txt" in calls[0].input_preview
    assert results[0].output_preview.startswith("Parts list")
    assert {result.status for result in results} == {"ok"}


@pytest.mark.parametrize("version", ["2026.2.9", "2026.9.6"])
def test_failed_tool(version: str) -> None:
    """A tool that failed says so."""
    (run,) = runs(f"{version}-tool-error")

    (result,) = of(run, ToolResult)

    assert result.status == "error"
    assert "not" in result.output_preview


def test_failure_in_words() -> None:
    """A result that says `isError: false` and reports an error in its text failed."""
    content = [{"type": "text", "text": '{"status": "error", "tool": "read", "error": "ENOENT"}'}]

    (result,) = decode(agent("tool", phase="result", name="read", isError=False, result={"content": content}))

    assert isinstance(result, ToolResult)
    assert result.status == "error"


@pytest.mark.parametrize("words", ['{"error": broken', '{"note": "no error"}'])
def test_words_like_a_failure(words: str) -> None:
    """Text that only looks like a report of failure is an ordinary result."""
    content = [{"type": "text", "text": words}]

    (result,) = decode(agent("tool", phase="result", name="read", result={"content": content}))

    assert isinstance(result, ToolResult)
    assert result.status == "ok"


def test_no_output() -> None:
    """A result without output, as February sends it without verbose level `full`, has no preview."""
    (result,) = decode(agent("tool", phase="result", name="read", toolCallId="c", isError=False))

    assert result == ToolResult("read", "c", "ok", None, "gateway")


def test_retry_of_september() -> None:
    """A failed attempt's text vanishes when the gateway says so; each retry is announced once."""
    (run,) = runs("2026.9.6-model-sse-error-midstream")
    _, events = replay(run)

    replaced = [event for event in events if isinstance(event, TextDelta) and event.replace]
    retries = [event for event in events if isinstance(event, Progress)]

    assert len(replaced) == len(retries) == 7
    assert text(events).count("Hello") == 1
    assert all(event.reason and event.message for event in retries)


def test_retry_protocol_3() -> None:
    """A second start in the same run voids the text of the first attempt, and only that."""
    events = decode(
        agent("lifecycle", phase="start"),
        agent("assistant", text="First.", delta="First."),
        agent("tool", phase="start", name="read"),
        agent("assistant", text="Half", delta="Half"),
        agent("lifecycle", phase="end"),
        agent("lifecycle", phase="start"),
        agent("assistant", text="Whole", delta="Whole"),
    )

    assert text(events) == "First.\n\nWhole"
    assert TextDelta("First.", replace=True, source="gateway", at=1001) in events
    assert [event.phase for event in events if isinstance(event, Progress)] == ["retrying"]


def test_retry_keeps_finished_messages() -> None:
    """When a model call fails before it wrote, the message before the tool call stays."""
    events = decode(
        agent("assistant", text="I look.", delta="I look.", itemId="a:1"),
        agent("tool", phase="start", name="read"),
        agent("assistant", text="", delta="", replace=True, itemId="a:2"),
        agent("assistant", text="Done.", delta="Done.", itemId="b:1"),
    )

    assert text(events) == "I look.\n\nDone."


def test_rewritten() -> None:
    """Text that no longer begins with what was said replaces it."""
    events = decode(
        agent("assistant", text="a  b", delta="a  b"),
        agent("assistant", text="a b c", delta=" c"),
    )

    assert text(events) == "a b c"


def test_only_delta() -> None:
    """An event without the text so far appends."""
    events = decode(agent("assistant", delta="Hel"), agent("assistant", delta="lo"))

    assert text(events) == "Hello"


def test_only_deltas_of_two_messages() -> None:
    """Without the text so far, what follows a tool is the next message."""
    events = decode(
        agent("assistant", delta="I look."),
        agent("tool", phase="start", name="read"),
        agent("assistant", delta="He"),
        agent("assistant", delta="re"),
    )

    assert text(events) == "I look.\n\nHere"


def test_only_text() -> None:
    """An event without a delta says what is new by what it repeats."""
    events = decode(agent("assistant", text="Hel"), agent("assistant", text="Hello"))

    assert [event.delta for event in events if isinstance(event, TextDelta)] == ["Hel", "lo"]


def test_preamble_once() -> None:
    """Text before a tool call that comes as a preamble and as a message is told once."""
    preamble = agent("item", kind="preamble", progressText="I look first.", itemId="commentary-0")
    said = agent("assistant", text="I look first.", delta="I look first.", itemId="a:1")
    growing = [agent("assistant", text="I look", delta="I look", itemId="a:1"), preamble, said]

    for order in ([preamble, said], [said, preamble], [preamble, *growing], growing):
        assert text(decode(*order)) == "I look first."


def test_preamble_then_answer() -> None:
    """A preamble is a message of its own beside the answer."""
    events = decode(
        agent("item", kind="preamble", progressText="I look", itemId="commentary-0"),
        agent("item", kind="preamble", progressText="I look first.", itemId="commentary-0"),
        agent("tool", phase="start", name="read"),
        agent("assistant", text="Here.", delta="Here.", itemId="a:2"),
    )

    assert text(events) == "I look first.\n\nHere."


def test_thoughts_are_redacted() -> None:
    """A secret in a thought is hidden even when it is cut in two."""
    secret = "ghp_" + "a1B2c3D4e5" * 4
    events = decode(
        agent("thinking", text=f"use {secret[:9]}", delta=f"use {secret[:9]}"),
        agent("thinking", text=f"use {secret} now", delta=f"{secret[9:]} now"),
        agent("assistant", text="Hi", delta="Hi"),
    )

    told_thoughts = "".join(event.message for event in events if isinstance(event, Thinking))
    assert secret[:9] not in told_thoughts
    assert told_thoughts.startswith("use ")
    assert told_thoughts.endswith(" now")
    assert isinstance(events[-1], TextDelta)


def test_thought_after_tool() -> None:
    """After a tool the next thought is another block, even if it begins alike."""
    events = decode(
        agent("thinking", delta="Hm."),
        agent("tool", phase="start", name="read"),
        agent("thinking", delta="Hm."),
    )

    assert [event.block_id for event in events if isinstance(event, Thinking)] == ["1", "2"]


def test_gap() -> None:
    """Where numbers have no gaps, a gap is told; the gateway's own diagnostics have no number."""
    (gap,) = decode(agent("x", 1), agent("x", 2), agent("x", 5), {**agent("error"), "seq": None}, strict=True)

    assert isinstance(gap, Progress)
    assert (gap.phase, gap.reason) == ("gap", "expected event 3 of the run, got 5")


@pytest.mark.parametrize("run", [run for run in RUNS if run.protocol == 3], ids=lambda run: run.label)
def test_no_gaps_in_february(run: Recorded) -> None:
    """Recorded runs of February have no gaps, unless their tools were not asked for."""
    _, events = replay(run, strict=True)

    gaps = [event for event in events if isinstance(event, Progress) and event.phase == "gap"]
    assert bool(gaps) == ("nocap" in str(run.request["conn"]))


@pytest.mark.parametrize(
    "payload",
    [
        agent("compaction", phase="start"),
        agent("error", reason="seq gap"),
        agent("item", kind="tool", phase="start"),
        agent("tool", phase="update", name="exec"),
        agent("run_status", phase="starting_model"),
        {"runId": "r", "stream": "assistant"},
        {"runId": "r"},
    ],
)
def test_ignored(payload: dict[str, Any]) -> None:
    """What says nothing to a reader is no event."""
    assert decode(payload) == []


def test_raw() -> None:
    """For people who debug, an event carries what it was made of: redacted, and cut."""
    args = {"token": "secret-value-1234", "path": "x" * 9000}

    (call,) = decode(agent("tool", phase="start", name="read", args=args), debug=True)

    assert isinstance(call, ToolCall)
    assert "secret-value-1234" not in str(call.raw)
    assert 3000 < len(str(call.raw)) < 5000


def test_raw_everywhere() -> None:
    """With debug every event of a run has a raw payload, without it none has."""
    (run,) = runs("2026.9.6-success-anthropic")

    assert all(getattr(event, "raw", None) for event in replay(run, debug=True)[1][:-1])
    assert not any(getattr(event, "raw", None) for event in replay(run)[1])


def test_last_thought() -> None:
    """What a thought held back when the run ended is told, without a payload it was made of."""
    events = decode(agent("thinking", delta="token=abc"), debug=True)

    assert "".join(event.message for event in events if isinstance(event, Thinking))


def test_debug_says_the_same() -> None:
    """What is said doesn't depend on who debugs."""
    for run in (runs("2026.9.6-success-anthropic")[0], runs("2026.2.9-tools2")[0]):
        assert text(replay(run, debug=True)[1]) == text(replay(run)[1])


def test_facts() -> None:
    """The end of a run of September tells the final answer, and whether somebody stopped it."""
    done, _ = replay(runs("2026.9.6-success")[0])
    stopped, _ = replay(runs("2026.9.6-abort")[0])

    assert done.final_text
    assert done.final_text.startswith("Here is the component.")
    assert (done.cancelled, stopped.cancelled) == (False, True)
