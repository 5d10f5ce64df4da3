"""Shows a generation while it happens: as it changes on a screen, as lines, as JSON."""
