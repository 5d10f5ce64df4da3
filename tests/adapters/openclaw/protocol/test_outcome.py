"""How each recorded run ended, and endings no recording has."""

from typing import Any

import pytest

from propactor.adapters.openclaw.protocol.outcome import Facts, read_outcome
from propactor.adapters.openclaw.protocol.stored import of_message
from propactor.core.errors import (
    Cancelled,
    GatewayRefused,
    GatewayUnavailable,
    GenerationTimeout,
    PropactorError,
    UpstreamError,
)
from propactor.core.upstream import Reply
from propactor.prompting.prompt import MARKER
from tests.adapters.openclaw.recordings import Recorded, every_run, outcome, told

FINISHED = [run for run in every_run() if run.final]
SCENARIOS: tuple[tuple[str, type, str], ...] = (
    ("abort", Cancelled, "we asked"),
    ("concurrent", Reply, ""),
    ("killed-sigkill", Reply, ""),
    ("killed-sigterm", Reply, ""),
    ("model-error-400", UpstreamError, "rejected the request"),
    ("model-error-401", UpstreamError, "Authentication failed"),
    ("model-error-500", UpstreamError, "500"),
    ("model-refused", UpstreamError, "onnection error"),
    ("model-sse-error-midstream", UpstreamError, ""),
    ("same-session", Reply, ""),
    ("success", Reply, "PARTS_DATA"),
    ("success-anthropic", Reply, "PARTS_DATA"),
    ("text", Reply, "Hello from the fake model."),
    ("timeout", GenerationTimeout, ""),
    ("timeout-hang", GenerationTimeout, ""),
    ("tool-error", Reply, "missing"),
    ("tools2", Reply, "PARTS_DATA"),
    ("tsx-text", Reply, "PARTS_DATA"),
    ("visibility", Reply, "PARTS_DATA"),
)
"""What each scenario comes to, on all gateways alike."""


def scenario(run: Recorded) -> tuple[type, str]:
    """Look a run's ending up."""
    name = run.recording.split("-", 1)[1]
    return next((kind, words) for key, kind, words in SCENARIOS if key == name)


def facts(**known: Any) -> Facts:
    """Make the facts of a run, of protocol 4 unless told otherwise."""
    return Facts(**{"protocol": 4, **known})


def final(status: str = "ok", *texts: str, **more: Any) -> dict[str, Any]:
    """Make a final response."""
    result = {"payloads": [{"text": text} for text in texts], "meta": {}}
    return {"type": "res", "ok": True, "payload": {"status": status, "result": result, **more}}


def failed(code: str, message: str, **more: Any) -> dict[str, Any]:
    """Make a response that says no before the run began."""
    return {"type": "res", "ok": False, "error": {"code": code, "message": message, **more}}


@pytest.mark.parametrize("run", FINISHED, ids=lambda run: run.label)
def test_recorded(run: Recorded) -> None:
    """Every recorded run ends as its scenario does, whatever its gateway calls it."""
    kind, words = scenario(run)

    end = outcome(run)

    assert type(end) is kind
    assert words in (end.text or "" if isinstance(end, Reply) else str(end))


@pytest.mark.parametrize("run", FINISHED, ids=lambda run: run.label)
def test_without_history(run: Recorded) -> None:
    """The kind of ending is found without the session's history too."""
    kind, _ = scenario(run)

    assert type(outcome(run, with_history=False)) is kind


@pytest.mark.parametrize("run", [r for r in FINISHED if scenario(r)[0] is Reply], ids=lambda run: run.label)
def test_code_stays_whole(run: Recorded) -> None:
    """The text of the answer is the transcript's, to the last blank."""
    end = outcome(run)

    assert isinstance(end, Reply)
    assert end.text in ("\n\n".join(told(run)), told(run)[-1])


def test_indentation_comes_from_the_history() -> None:
    """February destroys the indentation of answers with reply tags; the history keeps it."""
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Write."},
        {"role": "assistant", "content": [{"type": "text", "text": "if a:\n    b"}], "stopReason": "stop"},
    ]

    turn = [of_message(message) for message in messages]
    reply = read_outcome(final("ok", "if a:\n b"), facts(protocol=3, turn=turn, said="if a:\n b"))

    assert reply == Reply("if a:\n    b")


def test_parts_before_the_last_message() -> None:
    """An answer whose parts stand in an earlier message is taken from what was said."""
    said = "/* PARTS_DATA [] PARTS_DATA */\n\nDone!"

    assert read_outcome(final("ok", "Done!"), facts(said=said)) == Reply(said)


def test_final_text_last() -> None:
    """The answer in the events is cut at 4096 characters, so it is taken only where there is no other."""
    whole = "x" * 5000 + MARKER

    assert read_outcome(final("ok", whole), facts(final_text=whole[:4096], said=whole)) == Reply(whole)
    assert read_outcome(final(), facts(final_text=whole[:4096], said=whole)) == Reply(whole)
    assert read_outcome(final(), facts(final_text="Short.")) == Reply("Short.")


def test_nothing_said() -> None:
    """A success of September without any text leaves it to the deltas, of which there are none."""
    assert read_outcome(final(), facts()) == Reply(None)


def test_error_in_a_payload() -> None:
    """A payload that is marked as an error makes the run fail."""
    response = final()
    response["payload"]["result"]["payloads"] = [{"text": "no luck", "isError": True}]

    with pytest.raises(UpstreamError, match="no luck"):
        read_outcome(response, facts())


def test_empty_answer() -> None:
    """An empty answer, which September calls an error, is one."""
    with pytest.raises(UpstreamError, match="couldn't generate"):
        read_outcome(final("error", "Agent couldn't generate a response.", summary="failed"), facts())


def test_stopped_by_somebody() -> None:
    """A run that another client stopped is cancelled, however its gateway puts it."""
    aborted = final()
    aborted["payload"]["result"]["meta"]["aborted"] = True
    takeover = failed("UNAVAILABLE", "EmbeddedAttemptSessionTakeoverError: This operation was aborted | 20")

    for response in (final("timeout", summary="aborted", stopReason="rpc"), takeover, aborted):
        with pytest.raises(Cancelled, match="somebody"):
            read_outcome(response, facts())
    with pytest.raises(Cancelled):
        read_outcome(failed("UNAVAILABLE", "gone"), facts(cancelled=True))


@pytest.mark.parametrize(
    ("response", "kind", "remedy"),
    [
        (
            failed("INVALID_REQUEST", 'invalid agent params: unknown agent id "nope"'),
            GatewayRefused,
            "agent_id",
        ),
        (
            failed("INVALID_REQUEST", 'Agent "nope" no longer exists in configuration'),
            GatewayRefused,
            "agent_id",
        ),
        (failed("INVALID_REQUEST", "missing scope: operator.write"), GatewayRefused, "operator.write"),
        (failed("FORBIDDEN", "no", details={"code": "MISSING_SCOPE"}), GatewayRefused, "operator.write"),
        (failed("INVALID_REQUEST", "unknown method: agent"), GatewayRefused, "unknown method"),
        (failed("UNAVAILABLE", "busy", retryable=True, retryAfterMs=700), GatewayUnavailable, "busy"),
    ],
)
def test_refused(response: dict[str, Any], kind: type[PropactorError], remedy: str) -> None:
    """A request the gateway refuses is no failure of the model, and the message says what to do."""
    with pytest.raises(kind, match=remedy):
        read_outcome(response, facts())


def test_wrong_thinking_level() -> None:
    """A thinking level the gateway doesn't know, told only at the end, is a refusal."""
    response = failed("UNAVAILABLE", "Error: Invalid thinking level. Use one of: off, low")
    response["payload"] = {"status": "error"}

    with pytest.raises(GatewayRefused, match="thinking level"):
        read_outcome(response, facts())


def test_secrets_in_errors() -> None:
    """An error message of a provider shows no key."""
    key = "sk-" + "a1B2" * 12

    with pytest.raises(UpstreamError) as caught:
        read_outcome({**failed("UNAVAILABLE", f"bad key {key}"), "payload": {"status": "error"}}, facts())

    assert key not in str(caught.value)
