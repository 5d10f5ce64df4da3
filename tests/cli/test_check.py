"""What `check` says of configurations and gateways."""

import json
from pathlib import Path

import pytest

from propactor.testing.gateway import FakeGateway
from propactor.testing.model import FakeModel
from tests.cli.running import run

ROOT = Path(__file__).parents[2]


def to(gateway: FakeGateway) -> dict[str, str]:
    """Return the settings that lead to a gateway."""
    return {"PROPACTOR_GATEWAY__URL": gateway.url, "PROPACTOR_GATEWAY__TOKEN": gateway.token}


async def test_nothing(tmp_path: Path) -> None:
    """Without a gateway all is well, and it says that templates are all there is."""
    end = await run("check", folder=tmp_path)

    assert (end.code, end.err) == (0, "")
    assert "every prop will be built from a template" in end.out


async def test_shipped_settings(tmp_path: Path) -> None:
    """The file that lists every default warns of nothing: nothing in it was changed."""
    end = await run("check", "--config", str(ROOT / "config.toml"), folder=tmp_path)

    assert (end.code, end.err) == (0, "")
    assert "warning" not in end.out


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (3, ("protocol 3", "never sends thoughts", "use OpenClaw 2026.7 or later", "JSONL", "deleting")),
        (4, ("protocol 4", "live, where the model thinks", "openai-completions", "SQLite", "operator.write")),
    ],
)
async def test_protocols(tmp_path: Path, protocol: int, words: tuple[str, ...]) -> None:
    """Both protocols are usable; what each can't do is told with a remedy."""
    async with FakeGateway(protocol=protocol) as gateway:
        end = await run("check", folder=tmp_path, env=to(gateway) | {"COLUMNS": "200"})

    assert (end.code, end.err) == (0, "")
    assert all(word in end.out for word in words)


async def test_json(tmp_path: Path) -> None:
    """With --json there is one object, with the same facts."""
    async with FakeGateway(protocol=4) as gateway:
        end = await run("check", "--json", folder=tmp_path, env=to(gateway))

    found = json.loads(end.out)
    assert (end.code, end.err, found["ok"], found["warnings"]) == (0, "", True, [])
    assert (found["gateway"]["protocol"], found["gateway"]["transcript"]) == (4, "sqlite")
    assert {"what": "thoughts", "verdict": "yes"}.items() <= found["gateway"]["streams"][0].items()


async def test_dead_port(tmp_path: Path) -> None:
    """A gateway that isn't there is told with what to do, once, and without a traceback."""
    env = {"PROPACTOR_GATEWAY__URL": "ws://127.0.0.1:9"}

    end = await run("check", "--timeout", "0.5", folder=tmp_path, env=env)
    machine = await run("check", "--timeout", "0.5", "--json", folder=tmp_path, env=env)

    assert (end.code, end.err) == (1, "")
    assert "remedy:  start the gateway, or correct [gateway] url" in end.out
    assert json.loads(machine.out)["gateway"]["trouble"]["code"] == "GATEWAY_UNAVAILABLE"
    assert machine.code == 1


async def test_wrong_token(tmp_path: Path) -> None:
    """A refused token is told with its remedy, without the token, and without waiting."""
    async with FakeGateway() as gateway:
        env = to(gateway) | {"PROPACTOR_GATEWAY__TOKEN": "not-this-one"}
        end = await run("check", folder=tmp_path, env=env)

    assert end.code == 1
    assert "set [gateway] token to the gateway's token" in end.out
    assert "not-this-one" not in end.out + end.err


async def test_starting(tmp_path: Path) -> None:
    """A gateway that is still starting is waited for."""
    async with FakeGateway(starting=1, retry_after_ms=50) as gateway:
        end = await run("check", folder=tmp_path, env=to(gateway))

    assert end.code == 0


async def test_unread(tmp_path: Path) -> None:
    """Settings that nothing reads yet are named."""
    (tmp_path / "config.toml").write_text(
        '[features]\nprop_streaming = false\n[store]\nurl = "y"\n[server]\nport = 1\n'
    )

    end = await run("check", folder=tmp_path)

    assert end.code == 0
    assert "warning: [store] url is set, but nothing reads it yet" in end.out
    assert "port" not in end.out
    assert "prop_streaming" not in end.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[gateway]\nurl = 'http://x'\n", "[gateway.url]"),
        ("[server]\nhost = '0.0.0.0'\n", "without authentication"),
        ("[", "config.toml"),
    ],
)
async def test_bad_settings(tmp_path: Path, text: str, words: str) -> None:
    """A configuration that can't be used ends with 2 and says where."""
    (tmp_path / "config.toml").write_text(text)

    end = await run("check", folder=tmp_path)

    assert end.code == 2
    assert words in end.err
    assert "Traceback" not in end.err


def model(fake: FakeModel, **more: str) -> dict[str, str]:
    """Return the settings that lead to a model."""
    names = {"BASE_URL": fake.url, "API": fake.api, "API_KEY": fake.key, "MODEL": "fake-1"} | more
    return {f"PROPACTOR_MODEL__{name}": value for name, value in names.items()} | {"COLUMNS": "200"}


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_model(tmp_path: Path, api: str) -> None:
    """A model without a gateway is asked whether it is there, and what it will stream is told."""
    async with FakeModel(api) as fake:
        end = await run("check", folder=tmp_path, env=model(fake))
        other = await run("check", "--json", folder=tmp_path, env=model(fake, MODEL="fake-2"))

    assert (end.code, end.err) == (0, "")
    assert all(
        word in end.out for word in (f"fake-1 at {fake.url}", "the API has fake-1", "thoughts", "live")
    )
    told = json.loads(other.out)
    assert (other.code, told["gateway"], told["ok"], told["model"]["model"]) == (0, None, True, "fake-2")
    assert "set [model] model to one of fake-1" in told["model"]["streams"][0]["remedy"]


async def test_model_refuses(tmp_path: Path) -> None:
    """A key that is refused is trouble, and isn't shown."""
    async with FakeModel("openai") as fake:
        end = await run("check", folder=tmp_path, env=model(fake, API_KEY="not-this-one"))
        nameless = await run("check", folder=tmp_path, env=model(fake, MODEL=""))

    assert (end.code, nameless.code) == (1, 1)
    assert "check [model] api_key" in end.out
    assert "not-this-one" not in end.out + end.err
    assert "set [model] model to its name" in nameless.out


async def test_model_nowhere(tmp_path: Path) -> None:
    """A model without an address is not asked, and that is told."""
    end = await run("check", folder=tmp_path, env={"PROPACTOR_MODEL__MODEL": "fake-1"})

    assert end.code == 0
    assert "set [model] base_url too" in end.out
