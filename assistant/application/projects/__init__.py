"""Projects of a workspace: set up, listed, their states and members."""
