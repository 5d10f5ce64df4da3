"""Errors before the stream: problem details, with a code that programs can read."""

import gzip

import pytest

from propactor.testing.scripted import ScriptedUpstream, Wait
from tests.server.service import PROMPT, service


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"prompt": "   "}, 422),
        ({"prompt": "x" * 4001}, 422),
        ({"prompt": 5}, 422),
        ({"prompt": "a lamp", "use_ai": "yes"}, 422),
        ({"prompt": "a lamp", "mode": "batch"}, 422),
        ({"prompt": "a lamp", "colour": "red"}, 422),
        ({"prompt": "a lamp", "model": "gpt"}, 422),
        ({}, 422),
        ([], 422),
    ],
)
async def test_bad_fields_are_422(body: object, status: int) -> None:
    """A missing, unknown, ill-typed or over-long field is named, without its value."""
    async with service() as served, served.http.post(served.at("generate-prop-stream"), json=body) as answer:
        problem = await answer.json(content_type=None)

    assert answer.status == problem["status"] == status
    assert answer.content_type == "application/problem+json"
    assert problem["code"] == "INVALID_FIELDS"
    assert "xxxx" not in problem["detail"]


async def test_not_json_is_400_and_not_said_to_be_is_415() -> None:
    """The content type and the syntax are checked before the fields."""
    async with service() as served:
        url = served.at("generate-prop-stream")
        json_type = {"Content-Type": "application/json"}
        async with served.http.post(url, data=b"{", headers=json_type) as broken:
            pass
        async with served.http.post(url, data=b'{"prompt":"a"}') as untyped:
            pass

    assert (broken.status, untyped.status) == (400, 415)


async def test_too_large_is_413() -> None:
    """A body over the limit is refused by its size."""
    async with service(limits={"body_bytes": 1000}) as served:
        async with served.http.post(served.at("generate-prop-stream"), json={"prompt": "x" * 2000}) as answer:
            problem = await answer.json(content_type=None)

    assert (answer.status, problem["code"]) == (413, "REQUEST_TOO_LARGE")


async def test_unknown_generation_and_path_are_404() -> None:
    """What isn't there is a problem of the same form."""
    async with service() as served:
        one = await served.get("generations/req_nope")
        two = await served.get("/nope")

    assert (one[0], one[1]["code"], two[0], two[1]["code"]) == (404, "NOT_FOUND", 404, "NOT_FOUND")


async def test_limit_is_429() -> None:
    """One generation too many is refused with the time to wait; nothing is queued without end."""
    hanging = ScriptedUpstream([Wait(30)])
    async with service(hanging, limits={"generations": 1}) as served, served.open() as stream:
        await stream.next()
        async with served.http.post(served.at("generate-prop-stream"), json=PROMPT) as answer:
            problem = await answer.json(content_type=None)

    assert (answer.status, problem["code"]) == (429, "TOO_MANY_GENERATIONS")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_gateway_known_down_without_fallback_is_503() -> None:
    """When nothing can serve, that is an HTTP error, not a stream that fails."""
    gateway = {"url": "ws://127.0.0.1:9", "token": "t"}
    async with service(gateway=gateway, fallback={"template": False}) as served:
        while (await served.get("/readyz"))[0] == 200:
            pass
        async with served.http.post(served.at("generate-prop-stream"), json=PROMPT) as answer:
            problem = await answer.json(content_type=None)

    assert (answer.status, problem["code"], problem["recoverable"]) == (503, "GATEWAY_UNAVAILABLE", True)


async def test_token_is_wanted_where_one_is_set() -> None:
    """With a token the API answers only callers who have it; health stays open."""
    async with service(server={"port": 0, "token": "s3cret"}) as served:
        without = (await served.get("generations"))[0]
        health = (await served.get("/healthz"))[0]
        headers = {"Authorization": "Bearer s3cret"}
        async with served.http.get(served.at("generations"), headers=headers) as answer:
            pass

    assert (without, health, answer.status) == (401, 200, 200)


async def test_wrong_method_says_which_is_right() -> None:
    """405 keeps its `Allow` header."""
    async with service() as served, served.http.get(served.at("generate-prop-stream")) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_compressed_body_is_415() -> None:
    """A compressed body is refused before anybody tries to read it."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    body = gzip.compress(b'{"prompt":"a lamp"}')
    async with service() as served:
        async with served.http.post(served.at("generate-prop-stream"), data=body, headers=headers) as answer:
            problem = await answer.json(content_type=None)

    assert (answer.status, problem["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
