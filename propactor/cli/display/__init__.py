"""Displays of a generation: live on a screen, as lines of text, as lines of JSON."""
