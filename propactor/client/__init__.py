"""Clients of the HTTP service: one for generations, one that checks whether something buffers streams."""
