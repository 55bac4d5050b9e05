"""The fence around the pods: what may go out, and what may come in."""

from __future__ import annotations

from tests.helm.chart import Chart


def test_a_fence_leaves_the_ways_that_are_needed(chart: Chart) -> None:
    """DNS, the brokers, the registry and Bluecore; in comes only who reads metrics."""
    values = {
        "networkPolicy": {"enabled": True, "brokers": [{"podSelector": {}}]},
        "kafka": {"bootstrap_servers": "a:9094, b:9095"},
        "schema_registry": {"url": "http://registry:8081/path"},
    }

    spec = chart.render(values).one("NetworkPolicy")["spec"]

    dns, brokers, web = spec["egress"]
    assert [each["port"] for each in dns["ports"]] == [53, 53]
    assert [each["port"] for each in brokers["ports"]] == [9094, 9095]
    assert brokers["to"] == [{"podSelector": {}}]
    assert [each["port"] for each in web["ports"]] == [443, 8081]
    assert spec["ingress"] == [{"ports": [{"port": "telemetry", "protocol": "TCP"}]}]


def test_the_fence_is_around_the_doctor_too(chart: Chart) -> None:
    """`helm test` says something of the workers' ways only from inside the same fence."""
    rendered = chart.render({"networkPolicy": {"enabled": True}})

    selector = rendered.one("NetworkPolicy")["spec"]["podSelector"]
    (names,) = selector["matchExpressions"]
    (doctor,), worker = rendered.all("Pod"), rendered.one("Deployment")["spec"]["template"]
    for pod in (doctor, worker):
        labels = pod["metadata"]["labels"]
        assert selector["matchLabels"].items() <= labels.items()
        assert labels[names["key"]] in names["values"]


def test_ports_that_are_not_written_are_known(chart: Chart) -> None:
    """Kafka's own, and the address's scheme; the place that hands out Kafka's tokens is let through as well."""
    values = {
        "networkPolicy": {"enabled": True},
        "kafka": {
            "bootstrap_servers": "a,SASL_SSL://b:9093,[fd00::1]",
            "options": {"sasl.oauthbearer.token.endpoint.url": "https://login.example.com:8443/token"},
        },
        "schema_registry": {"url": "http://${USER}:${PASSWORD}@registry"},
    }

    _, brokers, web = chart.render(values).one("NetworkPolicy")["spec"]["egress"]

    assert [each["port"] for each in brokers["ports"]] == [9092, 9093]
    assert sorted(each["port"] for each in web["ports"]) == [80, 443, 8443]


def test_each_address_of_the_registry_and_its_tokens_issuer_are_let_through(chart: Chart) -> None:
    values = {
        "networkPolicy": {"enabled": True},
        "schema_registry": {
            "url": "http://a:8081, http://${USER}:${PASSWORD}@b:8082,https://c",
            "options": {"bearer.auth.issuer.endpoint.url": "https://login.example.com:8443/token"},
        },
    }

    _, _, web = chart.render(values).one("NetworkPolicy")["spec"]["egress"]

    assert sorted(each["port"] for each in web["ports"]) == [443, 8081, 8082, 8443]


def test_the_rest_apis_and_their_tokens_are_let_through(chart: Chart) -> None:
    """A destination's, too, be they its own or those of `bluecore`; where nothing is said, Bluecore's."""
    client = {"client_id": "shop", "client_secret": "${SECRET}"}
    values = {
        "networkPolicy": {"enabled": True},
        "schema_registry": {"url": "http://registry:8081"},
        "bluecore": {
            "url": "http://sandbox:8090/api/track/mobile/v1",
            "rest_api": client | {"url": "http://sandbox:8091/api", "token_url": "http://sandbox:8092/oauth/token"},
        },
        "destinations": {
            "acme": {"namespace": "${ACME}", "rest_api": client | {"url": "http://acme:8093/api"}},
            "zeta": {"namespace": "${ZETA}"},
        },
    }

    _, _, web = chart.render(values).one("NetworkPolicy")["spec"]["egress"]
    assert sorted(each["port"] for each in web["ports"]) == [8081, 8090, 8091, 8092, 8093]

    bluecores = values | {"bluecore": {"url": "http://sandbox:8090/", "rest_api": client}, "destinations": {}}
    _, _, web = chart.render(bluecores).one("NetworkPolicy")["spec"]["egress"]
    assert sorted(each["port"] for each in web["ports"]) == [443, 8081, 8090]


def test_no_rule_of_the_fence_allows_every_port(chart: Chart) -> None:
    """An address behind a `${NAME}` has a rule of its own; the empty list of ports would mean all of them."""
    values = {
        "networkPolicy": {"enabled": True, "extraEgress": [{"ports": [{"port": 8080}]}]},
        "bluecore": {"url": "${BLUECORE_URL}"},
        "schema_registry": {"url": "http://${REGISTRY}/"},
    }

    egress = chart.render(values).one("NetworkPolicy")["spec"]["egress"]

    assert [[each["port"] for each in rule["ports"]] for rule in egress] == [[53, 53], [9092], [8080]]


def test_advertised_ports_can_be_named(chart: Chart) -> None:
    """The brokers may send the client on to others than those that it started from."""
    values = {"networkPolicy": {"enabled": True, "brokerPorts": [9093]}, "schema_registry": {"url": "https://r"}}

    _, brokers, web = chart.render(values).one("NetworkPolicy")["spec"]["egress"]

    assert [each["port"] for each in brokers["ports"]] == [9093]
    assert [each["port"] for each in web["ports"]] == [443]
