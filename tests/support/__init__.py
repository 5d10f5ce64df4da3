"""Harnesses that tests share: each is a file with a docstring that says what it offers."""
