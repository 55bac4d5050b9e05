"""`rehearse`: the whole configuration on the real topics, with nothing sent and nothing committed.

tally = rehearse(config, window, progress)   # what would become of each record, by route and event type
"""
