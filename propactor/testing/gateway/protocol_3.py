"""The events of a run on protocol 3, as gateways of February 2026 send them.

No thoughts, and an ``ok`` that means little: a failed run ends as well as one that was aborted.
"""

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run_events import (
    RunContext,
    chat_message,
    tool_end,
    tool_start,
    tool_subject,
)
from propactor.testing.gateway.run_state import Ending
from propactor.testing.gateway.sessions import now_ms
from propactor.testing.steps import UseTool

_CHAT_INTERVAL = 0.15
"""Seconds between two ``chat`` events of a growing text."""
_USAGE = {"input": 1200, "output": 200, "total": 1400}


class Protocol3Events:
    """Every piece of text is an event; tools are told as far as the session's verbose level says."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._state, self._emitter = context, context.state, context.emitter
        self.emit = self._emitter.agent
        self._ended = False
        self._chatted_at = 0.0
        self._failed_texts: list[str] = []

    def start(self) -> None:
        """Tell that an attempt begins."""
        self.emit("lifecycle", {"phase": "start", "startedAt": now_ms()})

    def think(self, piece: str) -> None:
        """Keep the thought for the transcript."""
        self._state.thought += piece

    def say(self, piece: str) -> None:
        """Tell the piece at once, and the chat form of it now and then."""
        self._state.text += piece
        text, full = self._state.text.strip(), self._context.cumulative
        delta = piece.lstrip() if len(text) == len(piece.strip()) else piece
        self.emit("assistant", {"text": text, "delta": delta} if full else {"delta": delta})
        now = self._context.scheduler.now()
        if full and not self._ended and now >= self._chatted_at + _CHAT_INTERVAL:
            self._chatted_at = now
            self._emitter.chat("delta", message=chat_message(text))

    def start_tool(self, step: UseTool) -> None:
        """Tell of the tool, if the session is verbose and the asker wants to know."""
        self._state.store_call(step)
        if self._verbose in ("on", "full"):
            self.emit("tool", tool_start(step, self._state.call_id), for_tools=True)

    def end_tool(self, step: UseTool) -> None:
        """Tell of the answer; all of it only where the session is fully verbose."""
        self._state.store_result(step)
        data = tool_end(step, self._state.call_id, tool_subject(step))
        if self._verbose == "on":
            del data["result"]
        if self._verbose in ("on", "full"):
            self.emit("tool", data, for_tools=True)

    def retry(self, message: str, attempt: int) -> None:
        """End as if all were well: that another attempt follows isn't told."""
        del attempt
        if self._state.text:
            self._failed_texts.append(self._state.text.strip())
        self._state.discard()
        self._state.store_message("error", errorMessage=message)
        self._end()

    def finish(self) -> Ending:
        """End."""
        if self._state.text:
            self._state.store_message("stop")
        self._end()
        return self._ending([text.strip() for text in self._state.messages], usage=_USAGE)

    def fail(self, message: str) -> Ending:
        """End as if all were well, with the error as the answer."""
        self.retry(message, attempt=0)
        return self._ending([message, *self._failed_texts])

    def abort(self) -> None:
        """End."""
        self._end(aborted=True)

    def aborted(self) -> Ending:
        """Return a success without content."""
        return self._ending([], aborted=True)

    def time_out(self) -> Ending:
        """End; a run that took too long looks like one that was aborted."""
        self.abort()
        return self.aborted()

    @property
    def _verbose(self) -> str:
        return self._state.session.verbose if self._context.profile.verbose_tools else "full"

    def _end(self, *, aborted: bool = False) -> None:
        """Tell that an attempt is over; those who wait and those who chat learn of the first end only."""
        data: Json = {"phase": "end", "endedAt": now_ms()}
        if aborted:
            data |= {"startedAt": self._state.begun_at, "aborted": True}
        self.emit("lifecycle", data)
        if not self._ended:
            text = (self._state.text or (self._state.messages or [""])[-1]).strip()
            self._emitter.chat("final", **({"message": chat_message(text)} if text else {}))
            self._context.resolve_waiters({"status": "ok", **self._state.span()})
        self._ended = True
        self._emitter.names_session = False  # recorded: events after the first end don't name it any more

    def _ending(self, texts: list[str], *, aborted: bool = False, **figures: object) -> Ending:
        payloads = [{"text": text, "mediaUrl": None} for text in texts]
        result = {"payloads": payloads, "meta": self._state.meta(aborted=aborted, **figures)}
        head = {"runId": self._state.run_id, "status": "ok", "summary": "completed"}
        return Ending({**head, "result": result}, {"status": "ok", **self._state.span()})
