"""What a number counts: cents, and times since 1970. The commands that look at a mapping share it."""
