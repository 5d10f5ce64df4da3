"""Turns of a model, told twice: as live events, and as the messages that are stored of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from propactor.adapters.openclaw.protocol.backfill import Backfill
from propactor.adapters.openclaw.protocol.decoder import Decoder
from propactor.adapters.openclaw.protocol.ledger import Ledger
from propactor.adapters.openclaw.protocol.stored import Thought, of_message
from propactor.core.events import TextDelta, Thinking, ToolCall, ToolResult
from tests.support.emitted import Emitted

Json = dict[str, Any]
BREAK = "\n\n"


@dataclass(frozen=True)
class Step:
    """One message of the model, cut into the pieces in which it comes, and the tools it ends in."""

    thought: Sequence[str] = ()
    text: Sequence[str] = ()
    tools: int = 0


@dataclass(frozen=True)
class Turn:
    """What the model does for one prompt, told in the way of a protocol."""

    steps: Sequence[Step]
    protocol: int = 4

    @property
    def text(self) -> str:
        """Return all that is written."""
        return BREAK.join(text for step in self.steps if (text := "".join(step.text)))

    @property
    def thoughts(self) -> list[str]:
        """Return the thoughts."""
        return [thought for step in self.steps if (thought := "".join(step.thought))]

    @property
    def calls(self) -> list[str]:
        """Return the ids of the tools used."""
        return [f"c{n}.{k}" for n, step in enumerate(self.steps) for k in range(step.tools)]

    def live(self) -> list[list[Json]]:
        """Return the payloads of the events, step by step."""
        told = [self._told(n, step) for n, step in enumerate(self.steps)]
        told[0].insert(0, {**_payload("lifecycle", {"phase": "start"}), "ts": 0})
        return told

    def _told(self, n: int, step: Step) -> list[Json]:
        thoughts = _growing("thinking", step.thought) if self.protocol >= 4 else []
        item = {"itemId": f"item:{n}"} if self.protocol >= 4 else {}
        told = [*thoughts, *_growing("assistant", step.text, item), *self._tools(n, step)]
        return [{**payload, "ts": 1000 * n + k + 1001} for k, payload in enumerate(told)]

    def _tools(self, n: int, step: Step) -> list[Json]:
        ids = [f"c{n}.{k}" for k in range(step.tools)]
        starts = [{"phase": "start", "name": "read", "toolCallId": call, "args": {"n": n}} for call in ids]
        ends = [{"phase": "result", "name": "read", "toolCallId": call, "result": {}} for call in ids]
        return [_payload("tool", data) for data in (*starts, *ends)]

    def stored(self) -> list[list[Json]]:
        """Return the messages, step by step: the model's, and what its tools answered."""
        return [self._kept(n, step) for n, step in enumerate(self.steps)]

    def written(self, seen: int) -> list[Json]:
        """Return the messages that are stored when so many events are out: the model's before its tools."""
        out = [payload for step in self.live() for payload in step][:seen]
        words = [
            1000 * n + 1000 + len(self._told(n, step)) - 2 * step.tools for n, step in enumerate(self.steps)
        ]
        last = max((payload["ts"] for payload in out), default=-1)
        answered = {
            payload["data"]["toolCallId"] for payload in out if payload["data"].get("phase") == "result"
        }
        messages = [(n, message) for n, step in enumerate(self.stored()) for message in step]
        return [
            m
            for n, m in messages
            if m.get("toolCallId") in answered or ("stopReason" in m and last >= words[n])
        ]

    def _kept(self, n: int, step: Step) -> list[Json]:
        ids = [f"c{n}.{k}" for k in range(step.tools)]
        answers: list[Json]
        content: list[Json] = []
        content += [{"type": "thinking", "thinking": "".join(step.thought)}] if step.thought else []
        content += [{"type": "text", "text": "".join(step.text)}] if step.text else []
        content += [{"type": "toolCall", "id": call, "name": "read", "arguments": {"n": n}} for call in ids]
        answers = [
            {"role": "toolResult", "toolCallId": call, "toolName": "read", "content": []} for call in ids
        ]
        messages = [{"role": "assistant", "content": content, "stopReason": "stop"}, *answers]
        return [{**message, "timestamp": 1000 * n + k + 1000} for k, message in enumerate(messages)]


def _growing(stream: str, pieces: Sequence[str], more: Json | None = None) -> list[Json]:
    texts = ["".join(pieces[: n + 1]) for n in range(len(pieces))]
    return [
        _payload(stream, {"text": text, "delta": piece, **(more or {})})
        for text, piece in zip(texts, pieces, strict=True)
    ]


def _payload(stream: str, data: Json) -> Json:
    return {"runId": "r", "stream": stream, "data": data}


_piece = st.text("ab", min_size=1, max_size=3)
_pieces = st.lists(_piece, max_size=4).map(tuple)


def turns(protocol: int) -> st.SearchStrategy[Turn]:
    """Make turns of few letters, so that one message often begins like another; each thought is its own."""
    steps = st.builds(Step, _pieces, _pieces, st.integers(0, 2))
    last = st.builds(Step, _pieces, st.lists(_piece, min_size=1, max_size=4).map(tuple))
    return st.builds(
        lambda some, end: Turn(_distinct((*some, end)), protocol), st.lists(steps, max_size=3), last
    )


def _distinct(steps: Sequence[Step]) -> Sequence[Step]:
    thoughts = [(f"{n}. ", *step.thought) if step.thought else () for n, step in enumerate(steps)]
    return [replace(step, thought=thought) for step, thought in zip(steps, thoughts, strict=True)]


@dataclass
class Reader:
    """Somebody who hears both, and what came of it."""

    protocol: int = 4
    events: Emitted = field(default_factory=Emitted)

    def __post_init__(self) -> None:
        self.ledger = Ledger()
        self.decoder = Decoder(ledger=self.ledger)
        self.backfill = Backfill(self.ledger, self.events)
        if self.protocol == 3:
            self.backfill.unheard = frozenset({Thought})

    def hear(self, payload: Json) -> None:
        """Take a live event."""
        self.events.extend(self.decoder.decode(payload))

    def rejoin(self) -> None:
        """Hear live events again."""
        self.decoder.rejoin(begun=bool(self.backfill.turn))
        self.backfill.listen(live=True)

    def replay(self, payload: Json) -> None:
        """Take a live event that had to wait while stored messages were read."""
        if not self.backfill.outdates(payload):
            self.hear(payload)

    def read(self, *messages: Json) -> None:
        """Take stored messages, as one answer of the gateway."""
        self.backfill.rows([of_message(message) for message in messages])

    def end(self) -> None:
        """Learn that this was all."""
        self.backfill.settle()
        self.events.extend(self.decoder.flush())

    @property
    def text(self) -> str:
        """Join the text as a reader does."""
        said = ""
        for event in self.events:
            if isinstance(event, TextDelta):
                said = event.delta if event.replace else said + event.delta
        return said

    @property
    def thoughts(self) -> list[str]:
        """Join the thoughts, block by block."""
        blocks: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, Thinking):
                blocks[event.block_id] = blocks.get(event.block_id, "") + event.message
        return list(blocks.values())

    @property
    def calls(self) -> list[str]:
        """Return the tools that were used."""
        return [event.tool_call_id for event in self.events if isinstance(event, ToolCall)]

    @property
    def results(self) -> list[str]:
        """Return the tools that came back."""
        return [event.tool_call_id for event in self.events if isinstance(event, ToolResult)]
