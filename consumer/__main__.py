"""`python -m consumer` is `bluecore-consumer`."""

from consumer.start import main

main()
