"""One file per input format: bytes in, rows and refusals out."""
