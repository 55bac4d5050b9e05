"""Routes, fields and the event types' contract: a record in, Bluecore's requests out.

    router = compile_routes(config.routes, token="namespace")
    router.map("shop.orders", "com.shop.OrderPlaced", record, event_time_ms, now_ms)   # Send, Reject or Skip

`route_findings` says what is wrong with the routes themselves, `check_route` what is wrong between them and the
schemas, and `Translator` decodes before it maps.
"""
