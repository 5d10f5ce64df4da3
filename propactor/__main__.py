"""Lets ``python -m propactor`` do what ``propactor`` does."""

from propactor.cli import main

main()
