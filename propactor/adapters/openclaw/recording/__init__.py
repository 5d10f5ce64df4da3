"""Generations at a gateway, taken down and played again: the frames are real, so is what reads them."""
