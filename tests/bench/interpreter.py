"""Which Python is measured: built without the compiler's optimisations it is a quarter slower, and no peer is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

_ASK = """\
import json, platform, sysconfig
asked = sysconfig.get_config_var("CONFIG_ARGS") or ""
flags = " ".join(str(sysconfig.get_config_var(each) or "") for each in ("PY_CFLAGS", "PY_CORE_LDFLAGS"))
print(json.dumps({
    "version": platform.python_version(), "implementation": platform.python_implementation(),
    "compiler": platform.python_compiler(), "asked": asked, "flags": flags,
    "debug": bool(sysconfig.get_config_var("Py_DEBUG")),
}))
"""


def built(python: str = sys.executable) -> Mapping[str, Any]:
    """How an interpreter says that it was built."""
    asked = subprocess.run([python, "-c", _ASK], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


def described(python: str = sys.executable) -> str:
    """A line that names the interpreter, and one that warns where its build bends the ratios."""
    return describe(built(python))


def describe(found: Mapping[str, Any]) -> str:
    """The same of what an interpreter has said.

    Args:
        found: `version`, `implementation`, `compiler`, the arguments of its `configure` (`asked`), its
            `flags` and whether it is built for debugging (`debug`).
    """
    said = f"{found['asked']} {found['flags']}"
    profiled = "--enable-optimizations" in said or "-fprofile-use" in said
    linked = "--with-lto" in said or "-flto" in said
    # Debian has the compiler profile in steps of its own packaging, which `configure` hears nothing of.
    of_system = "'--prefix=/usr'" in found["asked"] and not profiled
    told = "as the distribution builds it" if of_system else f"PGO {_said(profiled)}, LTO {_said(linked)}"
    line = f"{found['implementation']} {found['version']}, {found['compiler']}, {told}"
    if found["debug"]:
        return f"{line}\nwarning: it is built for debugging: no figure of this run says anything"
    if not profiled and not of_system:
        warning = "it is built without PGO, as pyenv does: a quarter slower than a distribution's, which peers in Go"
        return f"{line}\nwarning: {warning} and Rust are not: build it with --enable-optimizations --with-lto"
    return line


def _said(is_so: bool) -> str:  # noqa: FBT001 - its only argument
    return "yes" if is_so else "no"
