"""The guard between all requests and any model: pace, retries, deadline, spend cap."""
