"""The HTTP service, ours to answer; with `client`, the only place that knows aiohttp."""
