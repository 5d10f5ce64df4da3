"""Tests against a real OpenClaw gateway, marked ``gateway``."""
