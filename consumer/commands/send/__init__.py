"""One event to the real endpoint, after a question."""
