"""Compiles, for a wheel that is asked for so, the modules that every event goes through: mypyc makes C of them.

`HATCH_BUILD_HOOK_ENABLE_CUSTOM=true pip wheel .` asks for it, and takes a C compiler. The modules stay in the wheel
as source, too: tracebacks quote it. A wheel that is not asked for so, and a checkout, have nothing but the source.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_GROUP = "bluecore_consumer"
"""All modules are in one library, in which they call each other without a look-up; it is named by this."""
_MYPY = (
    "--config-file=",
    "--no-site-packages",  # of other packages nothing is known, installed or not: the same becomes of the same source
    "--ignore-missing-imports",
    "--disallow-subclassing-any",  # without a word, mypyc would make what cannot work of a class of their classes
    "--follow-imports=silent",
)


class CompilingHook(BuildHookInterface[Any]):
    """Adds machine code to a wheel; `modules` and `except` in pyproject.toml say of which files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        into = Path(self._folder.name)
        modules = chosen(Path(self.root), self.config["modules"], self.config["except"])
        built = compiled(modules, into)
        build_data["force_include"] |= {str(file): str(file.relative_to(into)) for file in built}
        build_data["pure_python"], build_data["infer_tag"] = False, True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        del build_data, artifact_path
        if version != "editable":
            self._folder.cleanup()


def chosen(root: Path, patterns: Iterable[str], but: Iterable[str]) -> list[str]:
    """The files of the checkout that these patterns name.

    Args:
        root: the checkout.
        patterns: of files, from `root` on.
        but: files that are left out.

    Raises:
        FileNotFoundError: a pattern names nothing, or a file that is left out is none of them.
    """
    found: set[str] = set()
    for pattern in patterns:
        files = {str(file.relative_to(root)) for file in root.glob(pattern) if file.name != "__init__.py"}
        if not files:
            raise FileNotFoundError(f"pyproject.toml: no module to compile is named {pattern}")
        found |= files
    if strange := set(but) - found:
        raise FileNotFoundError(f"pyproject.toml: {', '.join(sorted(strange))} is left out, and named by no pattern")
    return sorted(found - set(but))


def compiled(modules: Sequence[str], into: Path, level: str = "3") -> list[Path]:
    """Compile modules for the Python that runs this.

    Args:
        modules: the files, from the checkout on, which is the working directory and stays as it is.
        into: the folder that the result is written to, laid out as modules are found.
        level: how much the C compiler is to do for speed, 0 to 3.

    Raises:
        SystemExit: as `translated` does.
    """
    with tempfile.TemporaryDirectory() as work:
        extensions = translated(modules, Path(work), level)
        import setuptools  # noqa: PLC0415 - as below

        command = setuptools.Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(into), work
        command.ensure_finalized()
        command.run()
    return sorted(file for file in into.rglob("*") if file.is_file())


def translated(modules: Sequence[str], work: Path, level: str = "3") -> list[Any]:
    """C of these modules, in files below `work`, as setuptools' extensions; the arguments are those of `compiled`.

    Raises:
        SystemExit: mypyc cannot make C of something in them; it has printed of what.
    """
    import setuptools  # noqa: F401, PLC0415 - mypyc builds on it where it is imported already
    from mypyc.build import mypycify  # noqa: PLC0415 - who builds plain wheels needs none

    extensions = mypycify(
        [*_MYPY, *modules], opt_level=level, debug_level="0", target_dir=str(work), group_name=_GROUP
    )
    for each in extensions:
        each.extra_compile_args.append("-Wno-error")  # a newer compiler warns of more
    return extensions
