"""A private authority that signs certificates, by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key, each as PEM; `both` in one file, the key first and in PKCS #8."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Keeps all that it makes in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate, self._key = folder / "ca.pem", folder / "ca.key"
        _openssl(
            "req", "-x509", *_KEY, "-days", "1", "-subj", "/CN=ca", "-keyout", self._key, "-out", self.certificate
        )

    def signed(self, name: str, alternative: str = "DNS:client") -> Signed:
        """A certificate of this name for `alternative`, such as `IP:127.0.0.1`."""
        asked, found, key = (self._folder / f"{name}.{end}" for end in ("csr", "pem", "key"))
        both, extension = self._folder / f"{name}.both.pem", self._folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}")
        _openssl("req", *_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", asked)
        signer = ("-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial", "-days", "1")
        _openssl("x509", "-req", "-in", asked, *signer, "-extfile", extension, "-out", found)
        both.write_bytes(key.read_bytes() + found.read_bytes())
        return Signed(found, key, both)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
