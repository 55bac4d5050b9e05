"""The whole pipeline on one machine, on sample events: to see it work, and to prove that nothing is lost."""
