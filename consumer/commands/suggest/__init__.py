"""`suggest`: routes for topics that have none yet, found in their schemas and in their newest records.

for topic in topics: print(written(suggestions(schemas of it, records of it)))
"""
