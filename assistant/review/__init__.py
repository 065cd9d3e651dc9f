"""People: who gets which item next, what becomes of their answers, and what these say about them."""
