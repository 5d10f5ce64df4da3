"""A run as gateways of February 2026 tell it, protocol 3: no thoughts, and an ``ok`` that means little."""

from typing import TYPE_CHECKING

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run_events import Ending, Voice
from propactor.testing.gateway.sessions import now_ms
from propactor.testing.steps import UseTool

if TYPE_CHECKING:
    from propactor.testing.gateway.run import Run

_CHAT_PACE = 0.15
_USAGE = {"input": 1200, "output": 200, "total": 1400}


class FebruaryVoice(Voice):
    """Every piece is an event; tools are told only as far as the session's verbose level says."""

    def __init__(self, run: "Run") -> None:
        super().__init__(run)
        self._ended = False
        self._chatted_at = 0.0
        self._void: list[str] = []

    def payload(self, stream: str, data: Json) -> Json:  # type: ignore[override]  # it is always given a dict
        """Return what every event has; after the first end the session is not named any more."""
        payload = super().payload(stream, data)
        if self._ended:
            del payload["sessionKey"]
        return payload

    def start(self) -> None:
        """Tell that an attempt begins."""
        self.emit("lifecycle", {"phase": "start", "startedAt": now_ms()})

    def think(self, piece: str) -> None:
        """Keep the thought for the transcript."""
        self.thought += piece

    def say(self, piece: str) -> None:
        """Tell the piece at once, and the chat form of it now and then."""
        self.said += piece
        text = self.said.strip()
        full = self.run.gateway.cumulative
        delta = piece.lstrip() if len(text) == len(piece.strip()) else piece
        self.emit("assistant", {"text": text, "delta": delta} if full else {"delta": delta})
        now = self.run.gateway.ticker.now()
        if full and not self._ended and now >= self._chatted_at + _CHAT_PACE:
            self._chatted_at = now
            self.chat("delta", message=self.message(text))

    def use(self, step: UseTool) -> None:
        """Tell of the tool, if the session is verbose and the asker wants to know."""
        self.remember("toolUse", self.new_call(step))
        if self._verbose in ("on", "full"):
            self.emit("tool", self.tool_start(step), private=True)

    def return_from(self, step: UseTool) -> None:
        """Tell of the answer; all of it only where the session is fully verbose."""
        self.remember_result(step)
        data = self.tool_end(step, self.subject(step))
        if self._verbose == "on":
            del data["result"]
        if self._verbose in ("on", "full"):
            self.emit("tool", data, private=True)

    @property
    def _verbose(self) -> str:
        """Return how much of tools is told: off, on, or full."""
        return self.run.session.verbose if self.run.gateway.profile.verbose_tools else "full"

    def stumble(self, message: str, attempt: int) -> None:
        """End as if all were well: that another attempt follows isn't told."""
        del attempt
        if self.said:
            self._void.append(self.said.strip())
        self.thought = self.said = ""
        self.remember("error", errorMessage=message)
        self._end()

    def finish(self) -> Ending:
        """End."""
        if self.said:
            self.remember("stop")
        self._end()
        return self._ending([text.strip() for text in self.messages], usage=_USAGE)

    def fail(self, message: str) -> Ending:
        """End as if all were well, with the error as the answer."""
        self.stumble(message, attempt=0)
        return self._ending([message, *self._void])

    def abort(self) -> None:
        """End."""
        self._end(aborted=True)

    def aborted(self) -> Ending:
        """Return a success without content."""
        return self._ending([], aborted=True)

    def time_out(self) -> Ending:
        """End; a run that took too long looks like one that was stopped."""
        self.abort()
        return self.aborted()

    def _end(self, *, aborted: bool = False) -> None:
        """Tell that an attempt is over; only of the first do waiting and chatting clients learn."""
        data: Json = {"phase": "end", "endedAt": now_ms()}
        self.emit("lifecycle", data | {"startedAt": self.begun_at, "aborted": True} if aborted else data)
        if not self._ended:
            text = (self.said or (self.messages or [""])[-1]).strip()
            self.chat("final", **({"message": self.message(text)} if text else {}))
            self.run.resolve_waiters({"status": "ok", **self.span()})
        self._ended = True

    def _ending(self, texts: list[str], *, aborted: bool = False, **figures: object) -> Ending:
        payloads = [{"text": text, "mediaUrl": None} for text in texts]
        meta = self.meta(aborted=aborted, **figures)
        result = {"payloads": payloads, "meta": meta}
        head = {"runId": self.run.run_id, "status": "ok", "summary": "completed"}
        return Ending({**head, "result": result}, {"status": "ok", **self.span()})
