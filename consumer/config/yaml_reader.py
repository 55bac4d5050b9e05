"""YAML as settings are to be read: what YAML lets pass in silence is refused, and no message quotes a line.

A line may hold a password, so that a syntax error is told by its place and not by the text around it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import count
from typing import Any, Final

import yaml

from consumer.config.findings import Finding
from consumer.config.yaml_scalars import MERGE, Loader, as_helm_reads

# Far above any configuration, far below what a file of aliases to aliases unfolds to.
_MOST_VALUES: Final = 100_000
_DEEPEST: Final = 50
_FLAGS: Final = frozenset(("y", "n", "yes", "no", "on", "off"))


class NotYamlError(Exception):
    """The text cannot be read at all; the message says where."""


def read_yaml(text: str) -> tuple[Any, list[Finding]]:
    """The document in `text` (None for an empty one), and every key that is given twice in one place.

    Raises:
        NotYamlError: it cannot be read at all.
    """
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, []
        findings = list(_repeated(loader, node, "", count(1)))
        return loader.construct_document(node), findings
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise NotYamlError(f"is not YAML: {where}{error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        raise NotYamlError(f"is not YAML: it has the character #x{error.character:04x}") from None
    except RecursionError:
        raise NotYamlError("is nested too deeply for a configuration") from None
    except (ValueError, LookupError):
        raise NotYamlError("has a number or a tagged value that cannot be read: put it in quotes") from None


def _repeated(loader: Loader, node: yaml.Node, key: str, visited: Iterator[int], depth: int = 0) -> Iterator[Finding]:
    """YAML takes the last of two equal keys: the first, which somebody has set, would be lost."""
    if depth > _DEEPEST:
        raise NotYamlError("is nested too deeply for a configuration, or an alias of it holds itself")
    if next(visited) > _MOST_VALUES:
        raise NotYamlError("is too large for a configuration: do its aliases multiply?")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated(loader, item, f"{key}[{index}]", visited, depth + 1)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[Hashable, str] = {}
    for name, value in node.value:
        place = f"{key}.{name.value}" if key else str(name.value)
        if isinstance(name, yaml.ScalarNode) and name.tag != MERGE:
            found = as_helm_reads(loader.construct_object(name))
            if found in seen:
                yield Finding(place, _repetition(seen[found], name, found))
            seen.setdefault(found, name.value)
        yield from _repeated(loader, value, place, visited, depth + 1)


def _repetition(before: str, name: yaml.ScalarNode, found: Hashable) -> str:
    first = "" if before == name.value else f", first as {before}"
    # YAML 1.1, which PyYAML reads, has more words for true and false than people know.
    words = [each for each in (before, name.value) if isinstance(found, bool) and each.lower() in _FLAGS]
    reads = f"; YAML reads {words[0]} as {str(found).lower()}: a text stands in quotes" if words else ""
    return f"is given twice{first}, the second time in line {name.start_mark.line + 1}{reads}"
