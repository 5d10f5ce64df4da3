"""What releases of OpenClaw do differently: one row of data for each kind of gateway that can be faked.

Nothing else in this folder asks for a protocol's number to decide what happens. A row for another release is
made from its neighbour::

    OLDER = dataclasses.replace(PROTOCOL_4, version="2026.8.2", delta_interval=0.15)
    async with FakeGateway(profile=OLDER) as gateway: ...
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from propactor.testing.gateway.frames import Json

_METHODS = frozenset(
    {
        *("health", "agent", "agent.wait", "chat.history", "chat.abort"),
        *("sessions.list", "sessions.patch", "sessions.delete"),
    }
)
_AGENT_PARAMS = frozenset(
    {
        *("message", "agentId", "to", "replyTo", "sessionId", "sessionKey", "thinking", "deliver"),
        *("attachments", "channel", "replyChannel", "accountId", "replyAccountId", "threadId", "groupId"),
        *("groupChannel", "groupSpace", "timeout", "lane", "extraSystemPrompt", "label", "idempotencyKey"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a gateway behaves, wherever releases differ; everything else all of them have in common."""

    protocol: int
    """The number in ``hello``; a client whose range doesn't include it is refused."""
    version: str
    """What ``hello`` calls the server."""

    # The handshake
    handshake_timeout: float
    """Seconds in which a client has to send ``connect``."""
    max_first_frame: int | None
    """Bytes of the frame with ``connect``; a longer one closes the connection with 1009."""
    challenge: Json = field(default_factory=dict)
    """What ``connect.challenge`` says beside the nonce and the time."""
    refuses_proxies: bool
    """Whether a request with ``X-Forwarded-For`` is answered with HTTP 403."""
    checks_origin: bool
    """Whether an ``Origin`` header is refused of every client, not only of browsers' ids."""
    enum_fault: str
    """The words that refuse an unknown ``client.id`` or ``client.mode``, ``{name}`` being which."""
    error_details: bool
    """Whether refusals of ``connect`` carry ``details`` with a code."""
    needs_nonce: bool
    """Whether a ``device`` has to repeat the challenge's nonce."""
    takes_password: bool
    """Whether the token is also taken as ``auth.password``."""
    nodes_need_device: bool
    """Whether the role ``node`` is refused without a ``device``."""
    default_scopes: tuple[str, ...]
    """The scopes of a client that asks for none."""
    trusted_clients: frozenset[tuple[str, str]] | None
    """The ids and modes of clients that keep their scopes without a ``device``; None means all of them."""

    # hello-ok
    server: Json
    """What ``hello.server`` says beside the version and the connection's id."""
    names_process: bool
    """Whether ``hello.server.bootId`` tells one process of the gateway from the next."""
    names_scopes: bool
    """Whether ``hello.auth`` says which scopes were granted."""
    capabilities: tuple[str, ...]
    """What ``hello.features.capabilities`` lists; nothing, if empty."""
    events: tuple[str, ...]
    """What ``hello.features.events`` lists."""
    policy: Json
    """The limits in ``hello.policy``, in bytes; they are kept to."""
    session_path: str
    """Where ``health`` says that an agent's sessions are, with ``{state}`` and ``{agent}``."""
    paths_need_admin: bool
    """Whether only administrators are told where the gateway keeps its state."""

    # Requests
    methods: frozenset[str]
    """The methods that exist."""
    agent_params: frozenset[str]
    """The parameters that ``agent`` takes; any other is refused."""
    canonical_keys: bool
    """Whether session keys are written in lower case and get their ``agent:<id>:`` where it is missing."""
    checks_key_owner: bool
    """Whether the agent in a session key has to exist."""
    other_owner: str
    """The words that refuse an ``agent`` beside another agent's session key."""
    explains_scopes: bool
    """Whether a missing scope is ``FORBIDDEN`` with details, instead of ``INVALID_REQUEST``."""
    names_session: bool
    """Whether the acceptance of a run names its session and agent."""
    says_in_flight: bool
    """Whether a repeated ``agent`` of a run that goes on is ``in_flight``, instead of ``accepted`` again."""
    chat_abort_stops: bool
    """Whether ``chat.abort`` stops a run; otherwise it answers ``aborted: false``, and the run goes on."""
    history_cursor: bool
    """Whether ``chat.history`` knows ``cursor`` and ``maxChars``, and says which run is in flight."""
    history_splits: bool
    """Whether ``chat.history`` gives the text before a tool call a row of its own."""

    # Events
    seq_of: Literal["gateway", "connection"]
    """Whose events are numbered together."""
    events_need_scope: bool
    """Whether only clients with ``operator.read`` get the events of runs."""
    scoped_events: bool
    """Whether the capability ``session-scoped-events`` is obeyed: no events of sessions not subscribed to."""
    names_agent: bool
    """Whether the events of a run name its agent, and those of its lifecycle the session's id."""
    task_events: bool
    """Whether everybody is told of every run's begin and end, prompt and all."""
    thinking_events: bool
    """Whether thoughts are told while the model thinks; they are stored in any case."""
    delta_interval: float
    """Seconds between two events of one text; what comes sooner is joined. 0: each piece goes out."""
    verbose_tools: bool
    """Whether tools are told only as far as the session's ``verboseLevel`` says (off, on, full)."""

    # What is stored
    transcript: Literal["jsonl", "sqlite"]
    """How sessions are kept on disk. The fake writes JSON lines only, and no database."""
    dates_prompt: bool
    """Whether the stored prompt begins with its date, instead of carrying the run's idempotency key."""
    session_messages: bool
    """Whether stored messages are numbered, and followers of the session told of them."""


PROTOCOL_3 = Profile(
    protocol=3,
    version="dev",
    handshake_timeout=10.0,
    max_first_frame=None,
    refuses_proxies=False,
    checks_origin=False,
    enum_fault="must be equal to constant; at /client/{name}: must match a schema in anyOf",
    error_details=False,
    needs_nonce=False,
    takes_password=False,
    nodes_need_device=False,
    default_scopes=("operator.admin",),
    trusted_clients=None,
    server={"host": "gateway-host"},
    names_process=False,
    names_scopes=False,
    capabilities=(),
    events=("connect.challenge", "agent", "chat", "presence", "tick", "shutdown", "health"),
    policy={"maxPayload": 524288, "maxBufferedBytes": 1572864},
    session_path="{state}/agents/{agent}/sessions/sessions.json",
    paths_need_admin=False,
    methods=_METHODS,
    agent_params=_AGENT_PARAMS | {"spawnedBy"},
    canonical_keys=False,
    checks_key_owner=False,
    other_owner='agent "{agent}" does not match session key agent "{owner}"',
    explains_scopes=False,
    names_session=False,
    says_in_flight=False,
    chat_abort_stops=False,
    history_cursor=False,
    history_splits=False,
    seq_of="gateway",
    events_need_scope=False,
    scoped_events=False,
    names_agent=False,
    task_events=False,
    thinking_events=False,
    delta_interval=0.0,
    verbose_tools=True,
    transcript="jsonl",
    dates_prompt=True,
    session_messages=False,
)
"""February 2026: 2026.2.9 and its neighbours. Source: recordings of 2026.2.9."""

PROTOCOL_4 = Profile(
    protocol=4,
    version="2026.9.6",
    handshake_timeout=15.0,
    max_first_frame=64 * 1024,
    challenge={"capabilities": ["model-catalog-snapshot"]},
    refuses_proxies=True,
    checks_origin=True,
    enum_fault="must be equal to one of the allowed values",
    error_details=True,
    needs_nonce=True,
    takes_password=True,
    nodes_need_device=True,
    default_scopes=(),
    trusted_clients=frozenset({("gateway-client", "backend"), ("cli", "cli")}),
    server={"buildId": "2026.9.6-release"},
    names_process=True,
    names_scopes=True,
    capabilities=("session-settings-contract",),
    events=(
        *("connect.challenge", "agent", "chat", "session.message", "session.tool"),
        *("tick", "shutdown", "health", "task"),
    ),
    policy={
        "maxPayload": 26214400,
        "maxBufferedBytes": 52428800,
        "attachments": {"maxBytes": 19464192, "maxImageBytes": 6291456},
    },
    session_path="{state}/agents/{agent}/agent/openclaw-agent.sqlite",
    paths_need_admin=True,
    methods=_METHODS
    | {
        *("sessions.abort", "sessions.subscribe"),
        *("sessions.messages.subscribe", "sessions.messages.unsubscribe"),
    },
    agent_params=_AGENT_PARAMS
    | {
        *("provider", "model", "cwd", "promptMode", "expectedExistingSessionId", "bestEffortDeliver"),
        *("disableMessageTool", "suppressPromptPersistence"),
    },
    canonical_keys=True,
    checks_key_owner=True,
    other_owner="Multiple agents are configured, but session agent resolution has no explicit owner.",
    explains_scopes=True,
    names_session=True,
    says_in_flight=True,
    chat_abort_stops=True,
    history_cursor=True,
    history_splits=True,
    seq_of="connection",
    events_need_scope=True,
    scoped_events=True,
    names_agent=True,
    task_events=True,
    thinking_events=True,
    delta_interval=0.075,
    verbose_tools=False,
    transcript="sqlite",
    dates_prompt=False,
    session_messages=True,
)
"""September 2026: 2026.9.6. Source: recordings of 2026.9.6."""

PROFILES: Mapping[int, Profile] = {profile.protocol: profile for profile in (PROTOCOL_3, PROTOCOL_4)}
"""The row that stands for a protocol where only its number is given."""
