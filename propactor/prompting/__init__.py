"""What every model is told, whichever way leads to it."""
