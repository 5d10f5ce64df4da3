"""Answers of a model, taken down and played again: the events are real, so is what reads them.

Here belong the tap, the transport that is a recording, and what may be shown of one. Nothing else in the
adapter knows of it.
"""
