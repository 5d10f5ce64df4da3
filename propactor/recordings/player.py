"""Recordings as an upstream: a request is answered by the recording whose prompt is most like its own."""

import asyncio
from collections.abc import Sequence
from itertools import count

from propactor.actors.upstreams import Upstreams
from propactor.adapters.template import TemplateUpstream
from propactor.core.errors import GatewayUnavailable, UpstreamError
from propactor.core.events import Event, Source, TextDelta
from propactor.core.prop import parser
from propactor.core.prop.naming import FILLERS, words
from propactor.core.recording import NO_TIMEOUT, Recording
from propactor.core.upstream import Emit, GenerationRequest, Reply, Run, Upstream
from propactor.recordings.playback_clock import PlaybackClock, Speed
from propactor.registry import find_recorded
from propactor.settings import Settings
from propactor.settings.tables import Timeouts


class ReplayUpstream:
    """Plays a recording for each generation; where no prompt is alike, they take turns.

    Args:
        recordings: What can be played; each was opened by its upstream's rules.
        speed: How many times as fast as it was; None for as fast as possible.
    """

    name = "replay"
    source: Source = "gateway"

    def __init__(self, recordings: Sequence[Recording], speed: Speed = 1.0) -> None:
        self._recordings, self._speed = recordings, speed
        self._turns = count()

    def problem(self) -> None:
        """Return None: it can always take a generation."""

    def describe(self) -> dict[str, object]:
        """Return the prompts that were recorded."""
        return {"recordings": [recording.header.prompt for recording in self._recordings]}

    def begin(self, request: GenerationRequest, emit: Emit) -> Run:
        """Make a run that plays a recording."""
        recording = self._choose(request.prompt)
        return _NamedRun(recording, request, emit, self._speed)

    def session_key(self, request: GenerationRequest) -> None:
        """Return None: there are no sessions."""

    def _choose(self, prompt: str) -> Recording:
        alike = [_likeness(prompt, recording.header.prompt) for recording in self._recordings]
        best = [one for one, score in zip(self._recordings, alike, strict=True) if score == max(alike)]
        return best[next(self._turns) % len(best)]


def _likeness(prompt: str, other: str) -> int:
    """Count the words that two prompts share."""
    return len(_key_words(prompt) & _key_words(other))


def _key_words(prompt: str) -> set[str]:
    """Return the words of a prompt, without those that are in every prompt."""
    return {word.lower() for word in words(prompt)} - FILLERS


class _NamedRun:
    """A run whose result has the name of the recording, whatever is asked for now."""

    def __init__(self, recording: Recording, request: GenerationRequest, emit: Emit, speed: Speed) -> None:
        self._name, self._emit = recording.header.name, emit
        self._said: list[str] = []
        recorded = find_recorded(recording.header.upstream)
        assert recorded is not None, "the library opens no other recordings"
        self._run = recorded.play(recording, request, self, PlaybackClock(speed))

    async def finish(self) -> Reply:
        """Play to the end.

        Raises:
            PropactorError: the recorded run failed, or there is no prop in its text.
        """
        try:
            reply = await self._run.finish()
        except GatewayUnavailable as exc:
            raise UpstreamError("the recording ends before its run does") from exc
        text = "".join(self._said) if reply.text is None else reply.text
        return Reply(text, await asyncio.to_thread(parser.parse, text, self._name))

    async def stop(self) -> bool:
        """Stop playing."""
        return await self._run.stop()

    def __call__(self, event: Event) -> None:
        """Pass an event on, and keep what text is in it: the result is read from that."""
        if isinstance(event, TextDelta):
            if event.replace:
                self._said.clear()
            self._said.append(event.delta)
        self._emit(event)

    def text(self, piece: str, at: int | None = None) -> None:
        """Pass a piece of text on, and keep it."""
        self._said.append(piece)
        self._emit.text(piece, at)


def replaying(
    settings: Settings, recordings: Sequence[Recording], speed: Speed = 1.0
) -> tuple[Settings, Upstreams]:
    """Return upstreams that play recordings and ask nobody, and settings for them, without time limits.

    Args:
        settings: What counts apart from time limits.
        recordings: What is played; each was opened by its upstream's rules.
        speed: How many times as fast as it was; None for as fast as possible.
    """
    times = settings.timeouts.model_dump() | dict.fromkeys(
        ("accept", "first_event", "idle", "total"), NO_TIMEOUT
    )
    patient = settings.model_copy(update={"timeouts": Timeouts.model_validate(times)})
    by_name: dict[str, Upstream] = {
        "replay": ReplayUpstream(recordings, speed),
        "template": TemplateUpstream(),
    }
    return patient, Upstreams(patient, by_name, order=("replay",), labels={"replay": "A recording"})
