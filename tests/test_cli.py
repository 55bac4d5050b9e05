"""The commands as their users type them: what goes in, what comes out, and how they end."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer import __version__
from consumer.avro.files import schemas_folder
from consumer.cli import main
from consumer.kafka import connection
from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND, text
from tests.support.processes import CONSUMER, ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop
from tests.support.waiting import eventually, free_port

CUSTOMER = '{"email": "jane@example.com"}'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, **sections: Any) -> Path:
    file = folder / "config.yaml"
    file.write_text(text(**sections))
    return file


def command(*arguments: object, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), input=stdin)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def process(*arguments: object, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    command_line = [*CONSUMER, *map(str, arguments)]
    return subprocess.run(command_line, input=stdin, capture_output=True, timeout=60, env=environ, check=False)


# A process of its own


def test_bad_configuration_is_one_message_with_exit_code_2(tmp_path: Path) -> None:
    file = written(tmp_path, colour="blue", bluecore={"namespace": "${UNSET}"})
    done = process("run", "--config", file)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == [
        f"{file}: 2 faults",
        "  bluecore.namespace: the environment variable UNSET is not set",
        "  colour: is no setting",
    ]


def test_settings_come_from_the_environment(config: Path) -> None:
    done = process(
        "preview",
        "--config",
        config,
        "--topic",
        "other",
        stdin=CUSTOMER.encode(),
        BLUECORE_CONSUMER__ROUTES__0__TOPIC="other",
    )
    assert json.loads(done.stdout)["outcome"] == "send"


def test_a_preview_whose_reader_has_enough_ends_in_silence(config: Path) -> None:
    """As in `preview ... | head`."""
    arguments = [*CONSUMER, "preview", "--config", str(config), "--topic", "shop.customers"]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        running.stdin.write(CUSTOMER.encode() + b"\n")
        running.stdin.close()
        assert running.stderr.read() == b""


@pytest.mark.kafka
def test_a_service_that_loses_its_brokers_writes_nothing_but_its_log(tmp_path: Path) -> None:
    """librdkafka would write to stderr past the log; every line must be one that a log collector can read."""
    topics = ["shop.customers", "bluecore-consumer.retry", "bluecore-consumer.dead-letter"]
    with embedded_broker(topics) as bootstrap, serve(registry_app()) as registry:
        route = {"topic": "shop.customers", "event": "customer_patch"}
        settings = service_settings(bootstrap, [route], bluecore_url="http://127.0.0.1:1", registry_url=registry)
        service = ServiceProcess(write_settings(tmp_path, settings), settings["telemetry"]["port"])
        service.wait_ready()
    with service:
        eventually(lambda: service.logs("warning"), 30, "a warning that the brokers are gone")
        assert service.terminate(60) == 0
        assert service.logs()[-1]["event"] == "stopped"
        assert service.stdout.read_text() == ""


# run


def test_a_service_that_finds_no_broker_ends_with_a_sentence(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform starts it again; a process that waits in silence would look well."""
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setenv("BLUECORE_CONSUMER__KAFKA__BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("BLUECORE_CONSUMER__TELEMETRY__PORT", "0")
    result = command("run", "--config", config)
    assert (result.exit_code, result.stdout) == (1, "")
    registry, connecting, line = map(json.loads, result.stderr.splitlines())
    assert registry["event"].startswith("the mapping cannot be compared with the schemas now")
    assert connecting["event"] == "connecting"
    assert line["level"] == "error"
    assert line["event"].startswith("the service cannot go on: no broker answered within 0.5 s at 127.0.0.1:")


def test_a_service_whose_telemetry_port_is_taken_ends_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = command("run", "--config", written(tmp_path, telemetry={"host": "127.0.0.1", "port": port}))
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}: Address already in use" in json.loads(result.stderr.splitlines()[-1])["event"]


# check


def test_a_right_mapping_passes_the_check(config: Path) -> None:
    result = command("check", "--config", config, "--schemas", "schemas")
    assert result.exit_code == 0
    assert lines(result)[-1]["summary"] == "the configuration and its mapping are right"


def test_a_wrong_mapping_is_refused_with_the_path_and_the_nearest_name(tmp_path: Path) -> None:
    route = {"topic": "shop.orders", "event": "purchase", "fields": {"order_id": "ordr_id"}}
    result = command("check", "--config", written(tmp_path, routes=[route]), "--schemas", "schemas")
    assert result.exit_code == 2
    finding, *_, summary = (line for line in lines(result) if line.get("severity") != "info")
    assert (finding["key"], finding["path"], finding["nearest"]) == (
        "routes[0].fields.order_id",
        "ordr_id",
        "order_id",
    )
    assert summary["summary"] == "the mapping is refused"


def test_a_folder_without_schemas_is_refused(config: Path, tmp_path: Path) -> None:
    result = command("check", "--config", config, "--schemas", tmp_path)
    assert result.exit_code == 2
    assert "holds no .avsc file" in result.stderr


def test_a_check_that_cannot_reach_the_registry_says_so(tmp_path: Path) -> None:
    result = command(
        "check", "--config", written(tmp_path, schema_registry={"url": f"http://127.0.0.1:{free_port()}"})
    )
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is the schema registry running" in result.stderr
    assert "schema_registry.url; --schemas DIR checks without it" in result.stderr


@pytest.mark.parametrize("name", [("demo",), ("schemas", "register")])
def test_what_registers_schemas_does_so_by_confluents_protocol_only(tmp_path: Path, name: tuple[str, ...]) -> None:
    file = written(tmp_path, schema_registry={"type": "apicurio", "url": "http://127.0.0.1:1"})
    result = command(*name, "--config", file)
    assert result.exit_code == 2
    assert "registered with" in result.stderr
    assert "confluent only" in result.stderr


@pytest.mark.parametrize("name", ["check", "run", "preview", "demo"])
def test_every_command_refuses_bad_configuration(tmp_path: Path, name: str) -> None:
    more = ["--topic", "a"] if name == "preview" else []
    result = command(name, "--config", tmp_path / "missing.yaml", *more)
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'missing.yaml'}: 1 fault\n  cannot be read: No such file or directory\n"


# preview


def test_a_preview_reads_stdin_and_ends_well_whatever_it_finds(config: Path) -> None:
    given = f'{CUSTOMER}\nnull\nNaN\n{{"email": NaN}}\n{{"a": '
    result = command("preview", "--config", config, "--topic", "shop.customers", stdin=given)
    assert (result.exit_code, result.stderr) == (
        0,
        "5 records: 1 send, 1 skip (1 tombstone), 3 reject (2 undecodable, 1 invalid_field)\n",
    )
    assert [(line["outcome"], line.get("reason")) for line in lines(result)] == [
        ("send", None),
        ("skip", "tombstone"),
        ("reject", "undecodable"),
        ("reject", "invalid_field"),
        ("reject", "undecodable"),
    ]
    assert lines(result)[0]["requests"][0]["properties"]["token"] == "***"
    assert SOUND["bluecore"]["namespace"] not in result.output


def test_a_preview_reads_a_file(config: Path, tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    records.write_bytes(CUSTOMER.encode() + b"\n\xff\n")
    result = command("preview", "--config", config, "--topic", "shop.customers", records)
    assert [line["outcome"] for line in lines(result)] == ["send", "reject"]


def test_a_preview_reads_a_file_that_was_laid_out_for_reading(config: Path, tmp_path: Path) -> None:
    records = tmp_path / "records.json"
    records.write_text(json.dumps([json.loads(CUSTOMER)] * 2, indent=2))
    result = command("preview", "--config", config, "--topic", "shop.customers", records)
    assert [line["outcome"] for line in lines(result)] == ["send", "send"]


@pytest.mark.parametrize("form", ["json", "table"])
def test_a_preview_of_a_topic_that_no_route_takes_says_so(config: Path, form: str) -> None:
    result = command("preview", "--config", config, "--topic", "shop.customer", "--format", form, stdin=CUSTOMER)
    assert result.exit_code == 0
    assert result.stderr == "no route takes the topic shop.customer; the nearest that one takes is shop.customers\n"
    assert "unroutable" in result.stdout


def test_a_preview_is_a_table_for_people(config: Path) -> None:
    result = command("preview", "--config", config, "--topic", "shop.customers", "--format", "table", stdin=CUSTOMER)
    assert result.exit_code == 0
    assert "customer_patch" in result.stdout


def test_a_preview_takes_the_last_records_of_the_topic(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    topic = broker.topic(4)
    emails = [f"jane.{number}@example.com" for number in range(5)]
    broker.produce(topic, [Message(b"key", shop.event("optin", email)) for email in emails])
    file = written(
        tmp_path,
        kafka={"bootstrap_servers": broker.bootstrap},
        schema_registry={"url": shop.registry_url},
        routes=[{"topic": topic, "event": "optin"}],
    )
    result = command("preview", "--config", file, "--topic", topic, "--from-kafka", 2)
    assert (result.exit_code, result.stderr) == (0, "2 records: 2 send\n")
    shown = [(line["offset"], line["requests"][0]["properties"]["distinct_id"]) for line in lines(result)]
    assert shown == [(3, emails[3]), (4, emails[4])]

    table = command("preview", "--config", file, "--topic", topic, "--from-kafka", 2, "--format", "table")
    assert [row.split()[1:4] for row in table.stdout.splitlines()[2:]] == [
        ["send", "optin", each] for each in emails[3:]
    ]


@pytest.mark.kafka
def test_a_preview_of_a_topic_that_is_not_there_says_so(tmp_path: Path) -> None:
    with embedded_broker(["shop.customers"]) as bootstrap:
        file = written(tmp_path, kafka={"bootstrap_servers": bootstrap})
        result = command("preview", "--config", file, "--topic", "shop.customer", "--from-kafka", 2)
    assert result.exit_code == 1
    assert "has no topic shop.customer" in result.stderr
    assert "did you mean shop.customers?" in result.stderr


@pytest.mark.parametrize("more", [["--record", "com.shop.Order"], ["/dev/null"]])
def test_a_preview_has_one_source(config: Path, more: list[str]) -> None:
    result = command("preview", "--config", config, "--topic", "a", "--from-kafka", 2, *more)
    assert result.exit_code == 2
    assert "--from-kafka goes without FILE and --record" in result.stderr


@pytest.mark.parametrize("form", ["json", "table"])
def test_a_preview_of_nothing_says_so(config: Path, form: str) -> None:
    result = command("preview", "--config", config, "--topic", "shop.customers", "--format", form, "/dev/null")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "there is no record in /dev/null\n"


def test_records_of_a_file_have_no_age_to_leave_out(config: Path) -> None:
    result = command("preview", "--config", config, "--topic", "shop.customers", "--any-age", stdin=CUSTOMER)
    assert result.exit_code == 2
    assert "--any-age goes with --from-kafka" in result.stderr


def test_a_preview_without_the_record_type_of_a_mixed_topic_names_them(tmp_path: Path) -> None:
    routes = [{"topic": "a", "event": "optin", "record": f"com.shop.{name}"} for name in ("In", "Out")]
    result = command("preview", "--config", written(tmp_path, routes=routes), "--topic", "a", stdin=CUSTOMER)
    assert result.exit_code == 0
    assert result.stderr.endswith("give one of these with --record: com.shop.In, com.shop.Out\n")


# sandbox, demo, schemas


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    result = command("sandbox", "--port", port)
    assert result.exit_code == 2
    assert "--port" in result.stderr


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = command("sandbox", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "Address already in use" in result.stderr
    assert "Choose another --port" in result.stderr


def test_a_demo_on_a_cluster_without_a_registry_is_refused(tmp_path: Path) -> None:
    """It would otherwise quietly run on the embedded broker."""
    avsc = str(schemas_folder() / "optin.avsc")
    route = {"topic": "a", "event": "optin", "format": "raw", "schema": avsc}
    result = command("demo", "--config", written(tmp_path, schema_registry=None, routes=[route]))
    assert result.exit_code == 2
    assert "schema_registry: is required" in result.stderr


def test_schemas_are_registered_once(tmp_path: Path) -> None:
    with serve(registry_app()) as url:
        file = written(tmp_path, schema_registry={"url": url})
        first, second = (command("schemas", "register", "--config", file) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.count("registered com.shop.events.") == 10
    assert second.stdout.count("unchanged  com.shop.events.") == 10


def test_schemas_of_a_folder_of_ones_own_are_registered(tmp_path: Path) -> None:
    (tmp_path / "a.avsc").write_text('{"type": "record", "name": "x.A", "fields": []}')
    with serve(registry_app()) as url:
        result = command(
            "schemas", "register", "--config", written(tmp_path, schema_registry={"url": url}), "--schemas", tmp_path
        )
    assert result.stdout == "registered x.A id 1\n"
    assert "The subjects are the records' names" in result.stderr, "`check` looks by topic first"


def test_unusable_schemas_are_all_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.avsc").write_text("{")
    result = command("schemas", "register", "--config", written(tmp_path), "--schemas", tmp_path)
    assert result.exit_code == 2
    assert "a.avsc" in result.stderr
    assert "b.avsc" in result.stderr


def test_a_registry_that_is_down_fails_the_registration(tmp_path: Path) -> None:
    file = written(tmp_path, schema_registry={"url": f"http://127.0.0.1:{free_port()}"})
    result = command("schemas", "register", "--config", file)
    assert result.exit_code == 1
    assert "is the schema registry running" in result.stderr


def test_the_version_is_told() -> None:
    assert command("--version").stdout == f"bluecore-consumer, version {__version__}\n"
