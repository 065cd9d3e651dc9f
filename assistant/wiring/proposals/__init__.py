"""Drafts of a workspace: asked for, written beside the text in use, and measured."""
