"""Settings: one field each, from the file or the environment, and never silently ignored."""

import os
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from propactor import settings
from propactor.settings import Settings, SettingsError, check_exposure, load, names
from propactor.settings.tables import Server, Table
from tests.docs import settings_file

CONFIG = Path(__file__).parents[1] / "config.toml"
FIXED: dict[str, dict[str, object]] = {
    "server": {"host": "127.0.0.1", "port": 8080},
    "gateway": {"url": "", "token": "", "agent_id": "dev", "state_dir": ""},
    "model": {"base_url": "", "api": "openai", "api_key": "", "model": ""},
    "upstream": {"order": ["openclaw", "model", "template"]},
    "fallback": {"template": True},
    "stream": {
        "coalesce_ms": 40,
        "heartbeat_seconds": 15,
        "retain_seconds": 600,
        "disconnect_grace_seconds": 10,
    },
    "limits": {"generations": 2000},
    "timeouts": {"total": 120},
    "debug": {"raw": False},
    "features": {"prop_streaming": True},
    "store": {"url": ""},
    "engine": {"kind": "local"},
}
TABLES = [field.default for field in Settings.model_fields.values()]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a directory without a configuration, and without one in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("PROPACTOR_")]:
        monkeypatch.delenv(name)
    return tmp_path


def test_config_file() -> None:
    """The repository's configuration is what the settings say; `python -m tests.docs` renews it."""
    assert CONFIG.read_text(encoding="utf-8") == settings_file()


def test_config_file_is_default() -> None:
    """To use the repository's configuration is to use the defaults."""
    assert load(CONFIG).model_dump() == load().model_dump() == Settings().model_dump()


def test_fixed_names() -> None:
    """The names that users were promised exist, with the defaults they were promised."""
    written = tomllib.loads(settings_file())

    for table, keys in FIXED.items():
        assert {key: written[table][key] for key in keys} == keys


@pytest.mark.parametrize("table", TABLES, ids=lambda table: type(table).__name__)
def test_field(table: Table) -> None:
    """A setting is one field: it says what it means and has a default that its own rules allow."""
    for field in type(table).model_fields.values():
        assert (field.description or "").endswith(".")
        assert not field.is_required()
    assert type(table).model_validate(table.model_dump()) == table


def test_names() -> None:
    """Every key of the configuration file is a setting, and the other way round."""
    assert names() == [(table, key) for table, keys in tomllib.loads(settings_file()).items() for key in keys]


def test_file(elsewhere: Path) -> None:
    """A file in the working directory is read when none is named; a named one counts alone."""
    (elsewhere / "config.toml").write_text("[server]\nport = 1\n")
    (elsewhere / "other.toml").write_text("[server]\nhost = 'localhost'\n")

    assert load().server.port == 1
    assert load(elsewhere / "other.toml").server == Server(host="localhost")


def test_order(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments count more than the environment, which counts more than the file, key by key."""
    (elsewhere / "config.toml").write_text("[server]\nport = 1\nhost = 'a'\ndrain_seconds = 1\n")
    monkeypatch.setenv("PROPACTOR_SERVER__PORT", "2")
    monkeypatch.setenv("PROPACTOR_SERVER__HOST", "b")

    server = load(server={"port": 3}).server

    assert (server.port, server.host, server.drain_seconds) == (3, "b", 1)


def test_table_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole table can be a variable."""
    monkeypatch.setenv("PROPACTOR_LIMITS", '{"generations": 7}')

    assert load().limits.generations == 7


@pytest.mark.parametrize(
    "name", ["PROPACTOR_SERVER__PROT", "PROPACTOR_SEVER__PORT", "PROPACTOR_PORT", "propactor_x"]
)
def test_misspelt_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that nobody would read is an error."""
    monkeypatch.setenv(name, "1")

    with pytest.raises(SettingsError, match=f"unknown environment variables: {name}"):
        load()


def test_other_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of the tests and the tools are not settings, and no error."""
    for name in settings.NOT_SETTINGS:
        monkeypatch.setenv(name, "1")

    assert load().model_dump() == Settings().model_dump()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[server]\nprot = 1\n", r"\[server.prot\] Extra inputs are not permitted"),
        ("[sever]\n", r"\[sever\] Extra inputs are not permitted"),
        ("[server]\nport = 'x'\n", r"\[server.port\] Input should be a valid integer"),
        ("[server]\nport = 70000\n", r"\[server.port\] Input should be less than"),
        ("server = 3\n", r"\[server\] Input should be"),
        ("[gateway]\nurl = 'http://x'\n", r"\[gateway.url\] String should match"),
        (
            "[timeouts]\ntotal = 0\nidle = -1\n",
            r"(?s)timeouts.idle.*\n.*timeouts.total",
        ),
        ("[server\n", r"config\.toml: "),
    ],
)
def test_bad_file(text: str, complaint: str, elsewhere: Path) -> None:
    """What is wrong with a file is said with the place, on a line each."""
    (elsewhere / "config.toml").write_text(text)

    with pytest.raises(SettingsError, match=complaint):
        load()


def test_not_text(elsewhere: Path) -> None:
    """A file that is no text is an error of the configuration, not of ours."""
    (elsewhere / "config.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match=r"config\.toml"):
        load()


def test_missing_file(elsewhere: Path) -> None:
    """A file that is named must be there."""
    with pytest.raises(SettingsError, match="no such file"):
        load(elsewhere / "missing.toml")


def test_bad_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that can't be read is blamed itself, not the file."""
    monkeypatch.setenv("PROPACTOR_SERVER", "{")

    with pytest.raises(SettingsError) as caught:
        load()

    assert "server" in str(caught.value)
    assert "config.toml" not in str(caught.value)


def test_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets don't show: not in what is printed, not in complaints about them."""
    monkeypatch.setenv("PROPACTOR_GATEWAY__TOKEN", "sesame")
    loaded = load()
    assert loaded.gateway.token.get_secret_value() == "sesame"
    assert "sesame" not in f"{loaded!r} {loaded.model_dump()}"

    monkeypatch.setenv("PROPACTOR_GATEWAY__AGENT_ID", "open sesame")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "server",
    [
        Server(),
        Server(host="localhost"),
        Server(host="::1"),
        Server(host="127.1.2.3"),
        Server(host="0.0.0.0", token=SecretStr("t")),
        Server(host="0.0.0.0", allow_unauthenticated=True),
    ],
)
def test_safe(server: Server) -> None:
    """Who can't be reached by others, or asks for a token, or was told to, may listen."""
    check_exposure(server)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "127.0.0.1.example.org", "localhost.net"])
def test_exposed(host: str) -> None:
    """Nobody listens where others can reach it without a token by accident."""
    with pytest.raises(SettingsError, match="refusing to listen"):
        check_exposure(Server(host=host))
