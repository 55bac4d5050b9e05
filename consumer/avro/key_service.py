"""Key management services by Confluent's drivers, each call within a time limit: they have none, or minutes.

All that the extra `encryption` installs is imported here, when the first key is wanted, and only the driver of the
service that keeps it.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any, TypeVar

from consumer.avro.encryption import Cipher
from consumer.avro.errors import KeyRefused
from consumer.avro.key_failures import KeyServiceUnavailable, is_outage, reason_of
from consumer.avro.key_registry import Kek

_RULES = "confluent_kafka.schema_registry.rules.encryption"
LOCAL = "local-kms"
_DRIVERS = {
    "aws-kms": ("awskms.aws_driver", "AwsKmsDriver"),
    "azure-kms": ("azurekms.azure_driver", "AzureKmsDriver"),
    "gcp-kms": ("gcpkms.gcp_driver", "GcpKmsDriver"),
    "hcvault": ("hcvault.hcvault_driver", "HcVaultKmsDriver"),
}
_ALTERNATES = "encrypt.alternate.kms.key.ids"
_MOST_HANGING = 8
_NONCE = 12
_T = TypeVar("_T")


def is_installed() -> bool:
    """Whether the extra `encryption` is here; nothing of it is imported."""
    return find_spec("tink") is not None


class KeyService:
    """The services that the settings give access to."""

    def __init__(self, settings: Mapping[str, str], seconds: float) -> None:
        """Takes what to reach them with.

        Args:
            settings: under the drivers' own names; without one of them, the driver's environment variables and the
                cloud's usual credentials count.
            seconds: the limit of each call.
        """
        self._settings = dict(settings)
        self._seconds = seconds
        self._hanging = BoundedSemaphore(_MOST_HANGING)

    def decrypted(self, kek: Kek, key: bytes) -> bytes:
        """See `Service.decrypted`."""
        settings = self._settings | dict(kek.properties)
        ids = [kek.key_id, *(each.strip() for each in settings.get(_ALTERNATES, "").split(",") if each.strip())]
        refused: list[Exception] = []
        for key_id in ids:
            address = f"{kek.service}://{key_id}"
            try:
                return self._within_limit(kek.service, partial(_decrypted, kek.service, settings, address, key))
            except KeyRefused:
                raise
            except Exception as error:  # noqa: BLE001 - each service's driver raises what its library does
                if is_outage(error):
                    raise KeyServiceUnavailable(f"the key service {kek.service}: {reason_of(error)}") from None
                refused.append(error)
        raise KeyRefused(f"{kek.service} does not decrypt the key of {kek.name}: {reason_of(refused[0])}")

    def cipher(self, key: bytes, algorithm: str) -> Cipher:
        """See `Service.cipher`."""
        encryption = importlib.import_module(f"{_RULES}.encrypt_executor")
        core, proto = importlib.import_module("tink.core"), importlib.import_module("tink.proto.tink_pb2")
        try:
            cryptor = encryption.Cryptor(encryption.DekAlgorithm[algorithm])
            data = proto.KeyData(
                type_url=cryptor.key_template.type_url, value=key, key_material_type=proto.KeyData.SYMMETRIC
            )
            # Made once: for each value anew, as the executor does it, it is most of what decrypting costs.
            kind = encryption.daead.DeterministicAead if cryptor.is_deterministic else encryption.aead.Aead
            primitive = core.Registry.primitive(data, kind)
        except KeyError:
            raise KeyRefused(f"{algorithm} is an algorithm that nobody here knows") from None
        except Exception as error:  # noqa: BLE001 - tink raises what its own libraries do
            raise KeyRefused(f"the key is none of {algorithm}: {reason_of(error)}") from None
        undo = primitive.decrypt_deterministically if cryptor.is_deterministic else primitive.decrypt

        def decrypt(data: bytes, /) -> bytes:
            try:
                plain: bytes = undo(data, b"")
            except Exception:  # noqa: BLE001 - tink raises what its own libraries do
                raise ValueError("not encrypted with this key") from None
            return plain

        return decrypt

    def _within_limit(self, service: str, call: Callable[[], _T]) -> _T:
        """The result of a call, which goes on alone if it takes too long: nothing ends a library's own waiting."""
        if not self._hanging.acquire(blocking=False):
            raise KeyServiceUnavailable(f"{_MOST_HANGING} calls to it hang")
        results: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

        def run() -> None:
            try:
                results.put((True, call()))
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                results.put((False, error))
            finally:
                self._hanging.release()

        Thread(target=run, name=f"key-service {service}", daemon=True).start()
        try:
            done, result = results.get(timeout=self._seconds)
        except Empty:
            raise KeyServiceUnavailable(f"it did not answer within {self._seconds:g} s") from None
        if not done:
            raise result
        found: _T = result
        return found


def _decrypted(service: str, settings: Mapping[str, str], address: str, key: bytes) -> bytes:
    if service == LOCAL:
        return _decrypted_here(settings.get("secret") or os.environ.get("LOCAL_SECRET", ""), key)
    if service not in _DRIVERS:
        raise KeyRefused(f"{service} is none of the key services {', '.join((*_DRIVERS, LOCAL))}")
    module, name = _DRIVERS[service]
    driver = getattr(importlib.import_module(f"{_RULES}.{module}"), name)()
    plain: bytes = driver.new_kms_client(dict(settings), address).get_aead(address).decrypt(key, b"")
    return plain


def _decrypted_here(secret: str, key: bytes) -> bytes:
    """As Confluent's local driver does it, which needs a package that has no wheel."""
    if not secret:
        raise KeyRefused(f"{LOCAL} has no secret: give it as rule.executors._default_.param.secret")
    hashes, hkdf, ciphers = (
        importlib.import_module(f"cryptography.hazmat.primitives.{name}")
        for name in ("hashes", "kdf.hkdf", "ciphers.aead")
    )
    derived = hkdf.HKDF(algorithm=hashes.SHA256(), length=16, salt=None, info=b"").derive(secret.encode())
    plain: bytes = ciphers.AESGCM(derived).decrypt(key[:_NONCE], key[_NONCE:], b"")
    return plain
