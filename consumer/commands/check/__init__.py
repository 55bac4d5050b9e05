"""`check`: which schemas the records of each route are of, and what is wrong between them and its mapping.

for check in check_routes(config, folder):   # a route's findings, and whether schemas of its records were found
...
"""
