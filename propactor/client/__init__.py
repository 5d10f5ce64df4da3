"""The HTTP client, ours to ask: start a generation at a server, read its stream, end it."""
