"""Answers of a model, taken down and played again: the events are real, so is what reads them."""
