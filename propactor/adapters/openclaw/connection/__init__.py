"""The connection to the gateway: the WebSocket, the requests and events on it, and the link that keeps it."""
