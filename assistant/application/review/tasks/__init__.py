"""Work with many tasks: reassign, prioritize, set due, pause, cancel, take back, invalidate; and who works on what."""
