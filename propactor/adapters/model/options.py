"""How a model's API is asked, and how long is waited for what."""

from dataclasses import dataclass, field
from typing import Literal

from propactor.settings.tables import Model, Timeouts

Api = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True)
class Options:
    """The settings tables that the adapter reads, and the time that isn't a setting. All are in seconds.

    Args:
        model: Which model is asked where, and how.
        timeouts: Until an answer is given up.
        end_margin: How long after its time limit an answer may still end.
    """

    model: Model = field(default_factory=Model)
    timeouts: Timeouts = field(default_factory=Timeouts)
    end_margin: float = 5.0

    @property
    def known(self) -> bool:
        """Return True if somebody said where the model is; Anthropic's address needs no saying."""
        return bool(self.model.base_url or (self.model.api == "anthropic" and self.api_key))

    @property
    def api_key(self) -> str:
        """Return the key in the clear, for the one who sends it."""
        return self.model.api_key.get_secret_value()
