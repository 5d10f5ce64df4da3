"""Recordings of generations: made, kept in files, and played as an upstream."""
