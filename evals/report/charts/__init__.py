"""Charts drawn offline as SVG text: the same figures give the same bytes."""
