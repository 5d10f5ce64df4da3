"""Tests of what models are told."""
