"""The OpenClaw gateway as an upstream."""
