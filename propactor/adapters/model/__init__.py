"""A model's own API as an upstream: OpenAI's chat completions, or Anthropic's messages."""
