"""The tables of settings: one class a table, one field a setting, with its default and its meaning."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Seconds = Annotated[float, Field(gt=0, le=86400)]
Count = Annotated[int, Field(gt=0)]


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
        "",
        description="The gateway's state directory, for the thoughts of 2026.2.x; '' takes the one it names.",
    )
    rejoin_seconds: float = Field(
        60,
        ge=0,
        le=3600,
        description="How long a generation waits for the gateway to come back; the run goes on there.",
    )
    thinking: Literal["off", "minimal", "low", "medium", "high"] = Field(
        "medium", description="How much the model shall think."
    )
    abort_by_delete: bool = Field(
        True,
        description="Stop runs on 2026.2.x by deleting their session, the only way; needs admin scope.",
    )


class Model(Table):
    """A model's own API, asked without a gateway. Without an address there is none."""

    base_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Base address of the API, such as http://127.0.0.1:11434/v1; Anthropic's is known.",
    )
    api: Literal["openai", "anthropic"] = Field("openai", description="Which API it speaks.")
    api_key: SecretStr = Field(SecretStr(""), description="Its key.")
    model: str = Field("", description="The model's name.")
    thinking: Literal["default", "off", "minimal", "low", "medium", "high"] = Field(
        "default", description="How much the model shall think; not every API has a say in it."
    )
    max_tokens: int = Field(
        16_000,
        ge=2048,
        description="Most tokens of an answer, thoughts included; only Anthropic's API wants to know.",
    )


class UpstreamOrder(Table):
    """Which upstreams are asked, and in which order."""

    order: tuple[str, ...] = Field(  # checked by the registry, which imports this and so can't be asked here
        ("openclaw", "model", "template"),
        description="The upstreams in the order they are tried. A template that isn't named is the last.",
    )
    detect_ms: Count = Field(
        3000,
        description="Milliseconds without an event before what the gateway stored is read instead.",
    )


class Fallback(Table):
    """What happens when a model fails."""

    template: bool = Field(
        True,
        description="Build from a template, and say so, instead of failing. "
        "A template that is first in the order is asked in any case.",
    )
    mid_run: bool = Field(
        True, description="Move on even from an upstream that had begun to speak; what it said is replaced."
    )


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
    """How much is held at most, in items and bytes."""

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
    idle: Seconds = Field(90, description="Between two events.")
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
