"""What stands between all questions and any model: pace, retries, deadline, spend cap."""
