"""`python -m consumer` is `bluecore-consumer`."""

from consumer.cli import main

main()
