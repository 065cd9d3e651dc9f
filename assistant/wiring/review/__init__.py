"""What reviewers get to see: an item with all it is judged by, and nothing that a blind answer must not know."""
