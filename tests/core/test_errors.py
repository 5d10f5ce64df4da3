"""Errors: a stable code, a status, and a word on trying again."""

import inspect

import pytest

from propactor.core import errors
from propactor.core.errors import GenerationTimeout, PropactorError, TooManyGenerations, error_classes

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, PropactorError)]
GROUPS = {PropactorError, errors.CallerError, errors.UpstreamFault}
SENT_IN_STREAMS = {
    "GATEWAY_UNAVAILABLE",
    "GATEWAY_REFUSED",
    "GEN_TIMEOUT",
    "INVALID_MODEL_OUTPUT",
    "TAILER_IO_ERROR",
    "UPSTREAM_ERROR",
    "CANCELLED",
    "SERVICE_STOPPING",
    "INTERNAL_ERROR",
}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_class(cls: type[PropactorError]) -> None:
    """Every error has a code in capitals, an HTTP status and a sentence about itself."""
    assert cls.code.replace("_", "").isupper()
    assert 400 <= cls.status < 600
    assert (cls.__doc__ or "").endswith(".")


def test_error_classes() -> None:
    """All classes are found below the first, and some below each."""
    assert set(CLASSES) <= set(error_classes())
    assert set(error_classes(errors.UpstreamError)) == {errors.UpstreamError, errors.ModelRefused}


def test_codes_unique() -> None:
    """A code names one class, and perhaps special cases of it."""
    codes = [cls.code for cls in CLASSES if cls not in GROUPS and "code" in vars(cls)]

    assert len(codes) == len(set(codes))


def test_contract() -> None:
    """The codes that clients were promised exist."""
    assert {cls.code for cls in CLASSES} >= SENT_IN_STREAMS


def test_caller() -> None:
    """What the caller did wrong stays wrong when tried again, except that there were too many."""
    hopeful = [cls for cls in CLASSES if issubclass(cls, errors.CallerError) and cls.recoverable]

    assert hopeful == [TooManyGenerations]


def test_refused() -> None:
    """A model's refusal is an error of the model that trying again won't mend."""
    refused = errors.ModelRefused("no")

    assert (refused.code, refused.status, refused.recoverable) == ("UPSTREAM_ERROR", 502, False)


def test_facts() -> None:
    """An error carries its message, when to try again, and the time limit that passed."""
    busy, late = TooManyGenerations("full", retry_after_ms=1000), GenerationTimeout("late", phase="idle")

    assert (busy.message, busy.retry_after_ms, str(busy)) == ("full", 1000, "full")
    assert (late.message, late.retry_after_ms, late.phase) == ("late", None, "idle")
