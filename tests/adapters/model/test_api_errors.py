"""What an API says when it says no."""

from collections.abc import Mapping
from email.utils import formatdate

import pytest

from propactor.adapters.model import api_errors
from propactor.core.errors import ModelRefused, UpstreamError

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "7"}, 7000),
        ({"retry-after": "0.5"}, 500),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30000),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1500),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: Mapping[str, str], pause: int | None) -> None:
    """A pause is understood in seconds, milliseconds and as a date; nonsense is none."""
    assert api_errors.retry_after(headers, now=NOW) == pause


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "m", "type": "t"}, "m"),
        ({"error": {"message": "m"}}, "m"),
        ({"error": "m"}, "m"),
        ({"detail": "m"}, "m"),
        ({"detail": [{"loc": []}]}, ""),
        ("m", "m"),
        ({}, ""),
        (None, ""),
    ],
)
def test_words(body: object, words: str) -> None:
    """The API's own words are found wherever they are."""
    assert api_errors.words(body) == words


def test_no_secrets() -> None:
    """Neither our key nor another secret gets into an error, and a long tale is cut."""
    tale = f"bad keys: sesame, ghp_{'a1B2' * 9} {'x' * 999}"

    said = api_errors.from_status(401, {}, tale, now=NOW, key="sesame").message

    assert "sesame" not in said
    assert "a1B2" not in said
    assert len(said) < 400


def test_quota() -> None:
    """Too many requests are no passing trouble when it is the credit that is used up."""
    body = {"message": "no credit", "type": "insufficient_quota", "code": "insufficient_quota"}

    assert isinstance(api_errors.from_status(429, {}, body, now=NOW), ModelRefused)
    assert isinstance(api_errors.from_status(429, {}, {"error": body}, now=NOW), ModelRefused)
    assert type(api_errors.from_status(429, {}, {}, now=NOW)) is UpstreamError


def test_bare() -> None:
    """A status without words, or one nobody knows, is an error all the same."""
    assert (
        api_errors.from_status(503, {}, None, now=NOW).message
        == "the model's API answered 503 Service Unavailable"
    )
    assert api_errors.from_status(529, {}, None, now=NOW).message == "the model's API answered 529"
