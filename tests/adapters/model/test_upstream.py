"""The upstream: what it needs, what it says of itself, and what it does with its client."""

import importlib.util
import logging
import sys

import pytest
from pydantic import SecretStr

from propactor.adapters.model.options import Api, Options
from propactor.adapters.model.upstream import ModelUpstream
from propactor.core.errors import ModelRefused, UpstreamError
from propactor.settings.tables import Model
from propactor.testing.model import FakeModel
from propactor.testing.steps import Say
from tests.adapters.model.asking import APIS, REQUEST, Asked, asking, upstream

both = pytest.mark.parametrize("api", APIS)


@both
def test_ready(api: Api) -> None:
    """With an address, a name and the library there is no problem."""
    assert upstream("http://127.0.0.1:9", api).problem() is None


@both
async def test_no_name(api: Api) -> None:
    """Without a model's name it says which setting is missing, and so does a run."""
    nameless = upstream("http://127.0.0.1:9", api, model="")

    problem = nameless.problem()

    assert problem is not None
    assert problem.message == "no model is chosen: set [model] model to its name"
    with pytest.raises(ModelRefused, match="no model is chosen"):
        await Asked(nameless, REQUEST).run.finish()
    await nameless.close()


@both
async def test_no_library(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library it says how to install it, and nothing is imported."""
    monkeypatch.setitem(sys.modules, api, None)
    without = upstream("http://127.0.0.1:9", api)

    problem = without.problem()
    without.start()

    assert problem is not None
    assert not problem.recoverable
    assert problem.message == f"the Python package '{api}' is not installed: pip install 'propactor[model]'"
    with pytest.raises(ModelRefused, match="is not installed"):
        await without.transport()


def test_library_installed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is looked for again as long as it is missing."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    later = upstream("http://127.0.0.1:9", "openai")
    before = later.problem()
    monkeypatch.undo()

    assert (before is None, later.problem()) == (False, None)


@pytest.mark.parametrize(
    ("options", "known"),
    [
        (Options(), False),
        (Options(Model(model="m", api_key=SecretStr("k"))), False),
        (Options(Model(base_url="http://x")), True),
        (Options(Model(api="anthropic")), False),
        (Options(Model(api="anthropic", api_key=SecretStr("k"))), True),
    ],
)
def test_known(options: Options, known: bool) -> None:
    """A model is there once it has an address; for Anthropic's own a key will do."""
    assert options.known is known


def test_describe() -> None:
    """It says what will stream, without the secrets in its address or its key."""
    secretive = upstream("http://user:hunter2@127.0.0.1:9/v1", "openai", api_key="sesame")
    told = secretive.describe()

    assert {"api": "openai", "model": "fake-1", "stops": "connection"}.items() <= told.items()
    assert told["streams"] == {"text": True, "tools": False, "thinking": True}
    assert not [secret for secret in ("hunter2", "sesame") if secret in f"{told}"]
    assert "sesame" not in repr(secretive.options)


def test_own_address() -> None:
    """Without an address it is Anthropic's."""
    assert upstream("", "anthropic").describe()["url"] == "https://api.anthropic.com"


def test_no_session() -> None:
    """There are no sessions to name."""
    assert upstream("", "anthropic").session_key(REQUEST) is None


async def test_version_in_the_address() -> None:
    """Anthropic's address works with its version as well as without."""
    async with FakeModel("anthropic", [Say("x")]) as model:
        asked = Asked(upstream(f"{model.url}/v1/", "anthropic"), REQUEST)
        await asked.run.finish()
        await asked.upstream.close()

    assert asked.words == "x"


async def test_key_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the environment has for somebody else isn't sent to a model that has none."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, "sesame")
    for api in APIS:
        async with FakeModel(api, [Say("x")], key="none") as model:
            asked = Asked(upstream(model.url, api, api_key=""), REQUEST)
            await asked.run.finish()
            await asked.upstream.close()

        assert asked.words == "x"


@both
async def test_models(api: Api) -> None:
    """The API's models are listed; an API that has no list has none, and one that refuses says so."""
    async with FakeModel(api, names=("a", "b")) as model:
        asked, refused = upstream(model.url, api), upstream(model.url, api, api_key="no")
        elsewhere = upstream(f"{model.url}/elsewhere", api)

        assert await asked.models() == ["a", "b"]
        assert await elsewhere.models() == []
        with pytest.raises(ModelRefused, match="401"):
            await refused.models()
        for one in (asked, refused, elsewhere):
            await one.close()


async def test_no_models_in_time() -> None:
    """A port where nobody listens has no models."""
    nobody = upstream("http://127.0.0.1:9", "openai")

    with pytest.raises(UpstreamError):
        await nobody.models()

    await nobody.close()


async def test_close_again() -> None:
    """What was never opened, or is closed already, can be closed."""
    idle = ModelUpstream(Options())

    await idle.close()
    await idle.close()


@both
async def test_quiet(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """No prompt and no key is logged by us or by the library, at the level that a service has."""
    caplog.set_level(logging.INFO)
    async with asking(api, [Say("x")]) as (_, asked):
        await asked.run.finish()

    assert not [line for line in caplog.messages if "TEST-KEY" in line or "A lamp" in line]
