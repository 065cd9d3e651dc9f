"""The eval harness: frozen suites, and the figures they give."""
