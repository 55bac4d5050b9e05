"""The whole service in virtual time: a model of the brokers, a model of Bluecore, and faults by seed.

The service is the real one: loop, engine, Kafka source, group members, commits. Only what does I/O is a model.
`python -m tests.simulation --seeds 10000` runs many seeds; `--seed N` replays one and tells its story.
"""
