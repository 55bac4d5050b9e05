"""A type checker for mappings: every path of a route against the schemas of its records, before there is one.

check_route("routes[0]", route, versions)   # the findings, each with its key, path, schema and the nearest name
"""
