"""Tests of the OpenClaw adapter, on recordings of real gateways and on a small gateway of our own."""
