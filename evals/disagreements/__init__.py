"""Where the machine and people disagree, and who is probably wrong."""
