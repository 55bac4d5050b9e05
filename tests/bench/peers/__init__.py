"""The same work as others write it: each module is one programme, run in an environment of the peers' own packages.

They import nothing of this project but `tests.bench.peers`.
"""
