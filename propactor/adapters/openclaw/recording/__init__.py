"""Generations at a gateway, taken down and played again: the frames are real, so is what reads them.

Here belong the tap, the gateway that is a recording, and what may be shown of one. Nothing else in the
adapter knows of it.
"""
