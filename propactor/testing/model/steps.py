"""Steps that only a model's answer has, beside those of ``propactor.testing.steps``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from propactor.testing.steps import Step


@dataclass(frozen=True, slots=True)
class Refusal(Step):
    """As the first step: the request is refused with an HTTP status; with ``at``, so many seconds later."""

    status: int = 500
    message: str = "the fake model is unwell"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame(Step):
    """Bytes of the stream, as they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Stop(Step):
    """The answer ends, for a reason in the API's words; without one for the usual reason."""

    reason: str | None = None
