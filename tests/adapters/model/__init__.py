"""Tests of models asked without a gateway."""
