"""Actors, in virtual time."""
