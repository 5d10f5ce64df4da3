"""A fake model server: OpenAI's or Anthropic's protocol over a real socket, answers by a script."""

from propactor.testing.model.server import KEY, FakeModel, Progress, Script

__all__ = ["KEY", "FakeModel", "Progress", "Script"]
