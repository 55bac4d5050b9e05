"""What an event costs, beside what others pay for the same work on the same machine."""
