"""Tests of the page's sources; how the page behaves is tested in ``tests/e2e``."""
