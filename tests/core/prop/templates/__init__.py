"""Tests of what the template generator knows."""
