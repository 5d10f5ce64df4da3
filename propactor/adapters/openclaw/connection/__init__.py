"""The line to the gateway, whatever is said on it.

The WebSocket and its bytes, who waits for which answer, and the link that dials again. No file here knows
what a run is.
"""
