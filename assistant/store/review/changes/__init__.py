"""Changes of many tasks at once: what was changed, what each task was before, and undoing it."""
