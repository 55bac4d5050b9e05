"""What is wrong right now, the worst first: from the brokers, from every instance, from the dead letters."""
