"""Plants a fault in the running process: the functions that it changes get their new code, wherever they are held."""

from __future__ import annotations

import gc
import inspect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType

from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_item import MutationSpec

from tests.mutation.operators import operator_of

Place = tuple[str, str, int]
"""A function: the path of its file, its name with those of what it is in, its first line."""
Functions = Mapping[Place, list[FunctionType]]
Codes = Mapping[Place, CodeType]


def place_of(code: CodeType) -> Place:
    """The function whose code it is."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def live_functions() -> Functions:
    """All functions of this process. What a decorator has wrapped is among them."""
    found: defaultdict[Place, list[FunctionType]] = defaultdict(list)
    for each in gc.get_objects():
        if type(each) is FunctionType:
            found[place_of(each.__code__)].append(each)
    return found


def mutated(mutation: MutationSpec, source: str) -> str:
    """The module's text with the fault in it."""
    return str(mutate_code(source, operator_of(mutation), mutation.occurrence))


def changed(path: Path, source: str, faulty: str) -> Codes | None:
    """The functions that a fault changes, with their new code; those that hold a changed one are among them.

    None: what runs while the module is imported is changed, so that it has to be imported anew; or one of two
    functions that cannot be told apart.
    """
    was, now = (compile(text, str(path), "exec", dont_inherit=True) for text in (source, faulty))
    codes = dict(_changed(was, now))
    return codes if _same_import(was, now) and _told_apart(was).issuperset(codes) else None


def renewed(sources: Mapping[Path, str]) -> Codes:
    """The code of all functions of some modules, compiled once more: to plant it changes nothing."""
    codes: dict[Place, CodeType] = {}
    for path, source in sources.items():
        module = compile(source, str(path), "exec", dont_inherit=True)
        apart = _told_apart(module)
        codes |= {place: code for code in _all_inner(module) if (place := place_of(code)) in apart}
    return codes


def can_be_planted(functions: Functions, codes: Codes) -> bool:
    """Whether there are such functions, and their closures hold what the new code takes of the function around it."""
    found = [(each.__code__, code) for place, code in codes.items() for each in functions.get(place, ())]
    return bool(found) and all(len(was.co_freevars) == len(now.co_freevars) for was, now in found)


def plant(functions: Functions, codes: Codes) -> None:
    """From here on each of these functions runs its new code."""
    for place, code in codes.items():
        for function in functions.get(place, ()):
            function.__code__ = code


def _told_apart(module: CodeType) -> set[Place]:
    """The functions of which no other has the name and the line, as two lambdas in one line have."""
    places = Counter(place_of(code) for code in _all_inner(module) if code.co_flags & inspect.CO_NEWLOCALS)
    return {place for place, count in places.items() if count == 1}


def _same_import(was: CodeType, now: CodeType) -> bool:
    """Whether modules and the bodies of their classes are the same, but for the code of their functions."""
    if _outline(was) != _outline(now):
        return False
    return all(
        _same_import(one, other)
        for one, other in zip(_inner(was), _inner(now), strict=True)
        if not one.co_flags & inspect.CO_NEWLOCALS
    )


def _changed(was: CodeType, now: CodeType) -> Iterator[tuple[Place, CodeType]]:
    for one, other in zip(_inner(was), _inner(now), strict=False):
        if not _alike(one, other):
            if one.co_flags & inspect.CO_NEWLOCALS:
                yield place_of(one), other
            yield from _changed(one, other)


def _alike(was: CodeType, now: CodeType) -> bool:
    inner = _inner(was), _inner(now)
    return _outline(was) == _outline(now) and all(_alike(*pair) for pair in zip(*inner, strict=True))


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _all_inner(code: CodeType) -> Iterator[CodeType]:
    for each in _inner(code):
        yield each
        yield from _all_inner(each)


def _outline(code: CodeType) -> tuple[object, ...]:
    """What it does, without the lines and the code of what it holds. Numbers are told apart by their type as well."""
    consts = [repr(type(each) if isinstance(each, CodeType) else each) for each in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, *consts
