"""Drafts of a better prompt or a clearer policy: asked for with one part of the items, measured on the other."""
