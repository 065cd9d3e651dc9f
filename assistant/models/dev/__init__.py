"""A model server on this machine, OpenAI-compatible and with other providers' dialects, to try and to test with."""
