"""What is asked of a model's API, and on which options."""

from dataclasses import dataclass, field
from typing import Literal

Api = Literal["openai", "anthropic"]
Level = Literal["default", "off", "minimal", "low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is asked. Times are in seconds."""

    base_url: str = ""
    api: Api = "openai"
    api_key: str = field(default="", repr=False)
    model: str = ""
    thinking: Level = "default"
    max_tokens: int = 16_000
    """Most tokens of an answer, thoughts included, where the API wants to be told."""
    accept: float = 15.0
    total: float = 120.0
    margin: float = 5.0
    """How long after its time limit an answer may still end."""

    @property
    def known(self) -> bool:
        """Tell whether somebody said where the model is; Anthropic's address needs no saying."""
        return bool(self.base_url or (self.api == "anthropic" and self.api_key))
