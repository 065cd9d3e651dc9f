"""Prompt injection in content: labelled examples that ship with the package, and a detector that learns from them."""
