"""Confluent's parallel-consumer, the peer with the same order: Maven fetches it, Java compiles its worker."""
