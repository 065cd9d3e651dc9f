"""Embedders: texts as vectors, by name."""
