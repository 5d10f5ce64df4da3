"""The settings: read from a TOML file and the environment, and checked; a misspelt name is an error."""

import os
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as UnreadableSource

from propactor.settings.tables import (
    Debug,
    Engine,
    Fallback,
    Features,
    Gateway,
    Limits,
    Model,
    Server,
    Store,
    Stream,
    Timeouts,
    UpstreamOrder,
)

LOOPBACK = re.compile(r"^(localhost|127(\.\d+){3}|::1|\[::1\])$")


class SettingsError(Exception):
    """The settings can't be used; the text says what is wrong, and where."""


class Settings(BaseSettings):
    """All tables, frozen. ``PROPACTOR_SERVER__PORT=8080`` sets ``[server] port``."""

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
        """Let arguments count more than the environment, and the environment more than the file."""
        file = TomlConfigSettingsSource(settings_cls, settings_cls.model_config.get("toml_file"))
        return init_settings, env_settings, file


# Read by the tests, by their cache of gateways and by the build, and not by the service.
NOT_SETTINGS = frozenset({"PROPACTOR_REQUIRE", "PROPACTOR_CACHE", "PROPACTOR_UI", "PROPACTOR_UI_NODE"})


def load(path: Path | None = None, **overrides: dict[str, Any]) -> Settings:
    """Read the settings.

    Args:
        path: The file; without one ./config.toml is read if it is there.
        overrides: Tables with values that count more than the environment, which counts more than the file.

    Raises:
        SettingsError: the file is missing or not TOML, a name is unknown, or a value is out of range.
    """
    if path is not None and not path.is_file():
        raise SettingsError(f"{path}: no such file")
    _refuse_unknown_variables()
    file = path or Path("config.toml")
    # pydantic-settings takes the file's name from the class, so each file needs a class.
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
    """Refuse a misspelt variable: pydantic reads those it knows, and would not notice it."""
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


def _explain(exc: ValidationError) -> str:
    """Return what is wrong, on a line each, without the values, which may be secret."""
    return "\n".join(f"[{'.'.join(map(str, e['loc']))}] {e['msg']}" for e in exc.errors())


def check_exposure(server: Server) -> None:
    """Refuse to listen where others can reach us without a token.

    Raises:
        SettingsError: the address isn't loopback, no token is set, and ``allow_unauthenticated`` is off.
    """
    if LOOPBACK.match(server.host) or server.token.get_secret_value() or server.allow_unauthenticated:
        return
    raise SettingsError(
        f"refusing to listen on {server.host} without authentication: set [server] token, "
        "or [server] allow_unauthenticated = true if something in front of it checks callers"
    )
