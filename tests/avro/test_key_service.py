"""Key services by Confluent's drivers: within a time limit, and imported when they are wanted only."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from confluent_kafka.schema_registry.rules.encryption.dek_registry.dek_registry_client import DekAlgorithm
from confluent_kafka.schema_registry.rules.encryption.encrypt_executor import Cryptor
from confluent_kafka.schema_registry.rules.encryption.hcvault.hcvault_driver import HcVaultKmsDriver
from confluent_kafka.schema_registry.rules.encryption.localkms.local_client import LocalKmsClient

from consumer.avro.errors import KeyRefused
from consumer.avro.key_failures import KeyServiceUnavailable
from consumer.avro.key_registry import Kek
from consumer.avro.key_service import KeyService, is_installed
from tests.support.contracts import SECRET

LOCAL = Kek("shop-key", "local-kms", "local")


def encrypted(key: bytes, secret: str = SECRET) -> bytes:
    """By a local key service; its client's types are Confluent's."""
    client: Any = LocalKmsClient(secret)
    found: bytes = client.get_aead("local-kms://local").encrypt(key, b"")
    return found


def test_a_key_is_decrypted_by_its_service() -> None:
    assert KeyService({"secret": SECRET}, 5).decrypted(LOCAL, encrypted(b"key")) == b"key"


def test_the_settings_of_the_key_itself_count_before_the_others() -> None:
    kek = Kek("shop-key", "local-kms", "local", {"secret": SECRET})
    assert KeyService({"secret": "another"}, 5).decrypted(kek, encrypted(b"key")) == b"key"


@pytest.mark.parametrize(
    ("kek", "settings", "why"),
    [
        (LOCAL, {"secret": "another"}, "local-kms does not decrypt the key of shop-key: "),
        (LOCAL, {}, "local-kms has no secret: give it as rule.executors._default_.param.secret"),
        (
            Kek("shop-key", "my-kms", "k"),
            {},
            "my-kms is none of the key services aws-kms, azure-kms, ",
        ),
        (Kek("shop-key", "aws-kms", "k"), {}, "aws-kms does not decrypt the key of shop-key: invalid key id"),
    ],
)
def test_a_service_that_will_not_is_named(
    kek: Kek, settings: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_SECRET", raising=False)
    with pytest.raises(KeyRefused, match=why):
        KeyService(settings, 5).decrypted(kek, encrypted(b"key"))


def test_a_service_that_cannot_be_reached_is_an_outage() -> None:
    kek = Kek("shop-key", "hcvault", "http://127.0.0.1:1/transit/keys/shop")
    with pytest.raises(KeyServiceUnavailable, match="the key service hcvault: "):
        KeyService({"token.id": "t"}, 20).decrypted(kek, b"vault:v1:abc")


class _Hanging:
    """A driver that does not answer while `hold` is not set."""

    hold = threading.Event()

    def new_kms_client(self, _conf: dict[str, str], _address: str) -> Any:
        self.hold.wait(60)
        raise AssertionError("nobody waits for this")


def test_a_service_that_hangs_is_an_outage_and_so_is_one_with_too_many_calls_that_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The drivers have no time limit, or one of minutes."""
    monkeypatch.setattr(HcVaultKmsDriver, "new_kms_client", _Hanging.new_kms_client)
    monkeypatch.setattr(HcVaultKmsDriver, "hold", _Hanging.hold, raising=False)
    kek = Kek("shop-key", "hcvault", "http://vault/transit/keys/shop")
    service = KeyService({}, 0.05)
    for _ in range(8):
        with pytest.raises(KeyServiceUnavailable, match=r"it did not answer within 0\.05 s"):
            service.decrypted(kek, b"")
    with pytest.raises(KeyServiceUnavailable, match="8 calls to it hang"):
        service.decrypted(kek, b"")
    _Hanging.hold.set()


@pytest.mark.parametrize("algorithm", ["AES256_GCM", "AES128_GCM", "AES256_SIV"])
def test_a_cipher_undoes_what_confluents_does(algorithm: str) -> None:
    cryptor: Any = Cryptor(DekAlgorithm[algorithm])
    key = cryptor.generate_key()
    data = cryptor.encrypt(key, b"jane@example.com", b"")
    cipher = KeyService({}, 5).cipher(key, algorithm)
    assert cipher(data) == b"jane@example.com"
    for wrong in (data[:-1], b"", data + b"x"):
        with pytest.raises(ValueError, match="not encrypted with this key"):
            cipher(wrong)


@pytest.mark.parametrize(
    ("key", "algorithm", "why"),
    [(b"short", "AES256_GCM", "the key is none of AES256_GCM"), (b"", "ROT13", "ROT13 is an algorithm that nobody")],
)
def test_a_key_that_is_none_is_refused(key: bytes, algorithm: str, why: str) -> None:
    with pytest.raises(KeyRefused, match=why):
        KeyService({}, 5).cipher(key, algorithm)


def test_nothing_of_the_extra_is_imported_before_a_key_is_wanted() -> None:
    """It is 60 packages; a service whose records are not encrypted pays nothing."""
    program = """
import sys
import consumer.pipeline.assembly, consumer.commands.check.routes
from consumer.avro.key_service import KeyService, is_installed
assert is_installed()
KeyService({"secret": "s"}, 5)
imported = {name.partition(".")[0] for name in sys.modules}
print(sorted(imported & {"tink", "boto3", "hvac", "google", "azure", "httpx2"}))
print([name for name in sys.modules if name.startswith("confluent_kafka.schema_registry")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[]"]


def test_a_key_is_decrypted_whatever_was_imported_before() -> None:
    """Confluent's local driver needs what its executor registers with tink when it is imported."""
    data = encrypted(b"key")
    program = f"""
from consumer.avro.key_registry import Kek
from consumer.avro.key_service import KeyService
kek = Kek("shop-key", "local-kms", "local")
print(KeyService({{"secret": {SECRET!r}}}, 30).decrypted(kek, {data!r}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "b'key'\n"


def test_whether_the_extra_is_here_can_be_told() -> None:
    assert is_installed()
