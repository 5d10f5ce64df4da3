"""The HTTP service that answers requests. Only this package and `client` use aiohttp."""
