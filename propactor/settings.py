"""Every setting, its default and its meaning; from a TOML file and the environment."""

import json
import os
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as UnreadableSource

Seconds = Annotated[float, Field(gt=0, le=86400)]
Count = Annotated[int, Field(gt=0)]
LOOPBACK = re.compile(r"^(localhost|127(\.\d+){3}|::1|\[::1\])$")


class SettingsError(Exception):
    """The configuration can't be used; the text says what is wrong and where."""


class Table(BaseModel):
    """One TOML table: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Table):
    """Where the service listens, and who may use it."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    token: SecretStr = Field(
        SecretStr(""), description="When set, every call under /api needs `Authorization: Bearer <token>`."
    )
    allow_unauthenticated: bool = Field(
        False, description="Listen on an address other machines reach although no token is set."
    )
    drain_seconds: float = Field(
        20.0,
        ge=0,
        le=3600,
        description="Seconds that running generations get to finish at a stop.",
    )


class Gateway(Table):
    """The OpenClaw gateway. Without a url there is none."""

    url: str = Field(
        "", pattern=r"^(wss?://\S+)?$", description="WebSocket address, such as ws://127.0.0.1:18789."
    )
    token: SecretStr = Field(SecretStr(""), description="The gateway's token.")
    agent_id: str = Field(
        "dev",
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="The agent that builds props.",
    )
    state_dir: str = Field(
        "", description="The gateway's state directory, where this machine can read it. Not used yet."
    )
    thinking: Literal["off", "minimal", "low", "medium", "high"] = Field(
        "medium", description="How much the model shall think."
    )
    abort_by_delete: bool = Field(
        True,
        description="Stop runs on 2026.2.x by deleting their session, the only way; needs admin scope.",
    )


class Model(Table):
    """A model's own API, without a gateway. Not used yet."""

    base_url: str = Field("", description="Base address of the API.")
    api: Literal["openai", "anthropic"] = Field("openai", description="Which API it speaks.")
    api_key: SecretStr = Field(SecretStr(""), description="Its key.")
    model: str = Field("", description="The model's name.")


class UpstreamOrder(Table):
    """Which upstream is asked first."""

    order: tuple[Literal["openclaw", "model", "template"], ...] = Field(
        ("openclaw", "model", "template"), description="The upstreams in the order they are tried."
    )
    detect_ms: Count = Field(
        3000,
        description="Milliseconds without an event before another source is tried. Not used yet.",
    )


class Fallback(Table):
    """What happens when a model fails."""

    template: bool = Field(True, description="Build from a template, and say so, instead of failing.")


class Stream(Table):
    """How events reach readers."""

    coalesce_ms: float = Field(40, ge=0, le=1000, description="Window in which text deltas are joined.")
    heartbeat_seconds: Seconds = Field(15, description="Longest silence on a stream.")
    retain_seconds: Seconds = Field(600, description="How long a finished generation stays readable.")
    disconnect_grace_seconds: float = Field(
        10, ge=0, le=3600, description="How long a generation goes on when nobody reads it."
    )
    retry_ms: Count = Field(1000, description="How long a browser waits before it reconnects.")


class Limits(Table):
    """Bounds of everything that holds things."""

    generations: Count = Field(2000, description="Live generations.")
    retained: Count = Field(500, description="Finished generations kept readable.")
    retained_bytes: Count = Field(128 * 2**20, description="Bytes of their events.")
    body_bytes: Count = Field(64 * 2**10, description="Size of a request body.")
    text_chars: Count = Field(1_000_000, description="Characters of text one generation may say.")
    mailbox_messages: Count = Field(1024, description="Messages waiting for one generation.")
    mailbox_bytes: Count = Field(4 * 2**20, description="Bytes of them.")
    journal_events: Count = Field(4096, description="Events kept for a generation's readers.")
    journal_bytes: Count = Field(2 * 2**20, description="Bytes of them.")


class Timeouts(Table):
    """Seconds until we give up on an upstream."""

    accept: Seconds = Field(15, description="Until it accepts the request.")
    first_event: Seconds = Field(60, description="From there to its first word, thought or tool.")
    idle: Seconds = Field(60, description="Between two events.")
    total: Seconds = Field(120, description="In all.")
    stop: Seconds = Field(2, description="Until it confirms that it has stopped.")


class Debug(Table):
    """What people who debug may see."""

    raw: bool = Field(
        False, description="Let requests with `debug: true` see raw, redacted payloads and the session key."
    )


class Features(Table):
    """What clients are told they may use."""

    prop_streaming: bool = Field(True, description="CREATOR_PROP_STREAMING: use the streaming endpoint.")


class Store(Table):
    """Where props and history are kept."""

    url: str = Field("", description="Database address. Not used yet.")


class Engine(Table):
    """Where generations run."""

    kind: Literal["local"] = Field("local", description="In this process.")


class Settings(BaseSettings):
    """All tables. ``PROPACTOR_SERVER__PORT=8080`` sets ``[server] port``."""

    model_config = SettingsConfigDict(
        env_prefix="PROPACTOR_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    server: Server = Server()
    gateway: Gateway = Gateway()
    model: Model = Model()
    upstream: UpstreamOrder = UpstreamOrder()
    fallback: Fallback = Fallback()
    stream: Stream = Stream()
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()
    debug: Debug = Debug()
    features: Features = Features()
    store: Store = Store()
    engine: Engine = Engine()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments first, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, settings_cls.model_config.get("toml_file"))
        return init_settings, env_settings, file


NOT_SETTINGS = frozenset({"PROPACTOR_REQUIRE", "PROPACTOR_CACHE", "PROPACTOR_UI"})


def load(path: Path | None = None, **overrides: dict[str, Any]) -> Settings:
    """Read the settings: ``overrides``, then the environment, then ``path`` or ./config.toml if it is there.

    Raises:
        SettingsError: the file is missing or not TOML, a name is unknown, or a value is out of range.
    """
    if path is not None and not path.is_file():
        raise SettingsError(f"{path}: no such file")
    _refuse_unknown_variables()
    file = path or Path("config.toml")
    read = type("Settings", (Settings,), {"model_config": {**Settings.model_config, "toml_file": file}})
    try:
        return read(**overrides)  # type: ignore[no-any-return]  # a class made here: mypy can't know it
    except ValidationError as exc:
        raise SettingsError(_explain(exc)) from exc
    except UnreadableSource as exc:
        raise SettingsError(str(exc)) from exc
    except (OSError, ValueError) as exc:  # it can't be read, or it isn't TOML
        raise SettingsError(f"{file}: {exc}") from exc


def _refuse_unknown_variables() -> None:
    """Complain about a misspelt variable, which would otherwise silently do nothing."""
    known = {f"PROPACTOR_{t}__{k}".upper() for t, k in names()}
    tables = {f"PROPACTOR_{t}".upper() for t, _ in names()}
    found = {name for name in os.environ if name.upper().startswith("PROPACTOR_")}
    unknown = sorted(found - known - tables - NOT_SETTINGS)
    if unknown:
        raise SettingsError(f"unknown environment variables: {', '.join(unknown)}")


def names() -> list[tuple[str, str]]:
    """Return the (table, key) of every setting."""
    return [
        (table, key)
        for table, field in Settings.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    ]


def as_toml() -> str:
    """Write every setting with its meaning and its default, as the ``config.toml`` of the repository."""
    tables = ["\n".join(_table_as_toml(name)) for name in Settings.model_fields]
    return "\n\n".join([_comment(_HEADER), *tables]) + "\n"


_HEADER = (
    "Every setting with its default. A setting is also an environment variable, which counts more: "
    "PROPACTOR_SERVER__PORT=8080 is port in [server]."
)


def _table_as_toml(name: str) -> Iterator[str]:
    table = Settings.model_fields[name].default
    yield f"{_comment(' '.join((type(table).__doc__ or '').split()))}\n[{name}]"
    for key, field in type(table).model_fields.items():
        value = getattr(table, key)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        yield f"{_comment(field.description or '')}\n{key} = {json.dumps(plain)}"


def _comment(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _explain(exc: ValidationError) -> str:
    """Say on a line each what is wrong, without the values, which may be secret."""
    return "\n".join(f"[{'.'.join(map(str, e['loc']))}] {e['msg']}" for e in exc.errors())


def check_exposure(server: Server) -> None:
    """Refuse to listen where others can reach us without a token.

    Raises:
        SettingsError: the address isn't loopback, there is no token, and nobody said that's all right.
    """
    if LOOPBACK.match(server.host) or server.token.get_secret_value() or server.allow_unauthenticated:
        return
    raise SettingsError(
        f"refusing to listen on {server.host} without authentication: set [server] token, "
        "or [server] allow_unauthenticated = true if something in front of it checks callers"
    )
