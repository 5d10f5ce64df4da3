"""propactor: watch an AI build a 3D prop, as it happens."""

__version__ = "0.1.0"
