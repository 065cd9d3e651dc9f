"""An OpenAI-compatible server on this machine, to try and to test with."""
