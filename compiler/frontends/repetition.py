"""Which members of an array's elements cannot be a key, because a value stood twice in one array."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from compiler.ir.paths import Field, show

_SCALARS = (str, int)
_Names = tuple[str, ...]


def repeats(arrays: Iterable[list[object]]) -> set[str]:
    """Return the paths below an element (`.id`, `.person.id`) that held one value twice in some array.

    Strings and integers are looked at, in the elements and in the records one level below. What is known to repeat is
    not looked at again, so the cost falls to that of the few members that might be keys.

    >>> sorted(repeats([[{"id": 1, "hand": {"code": "L"}}, {"id": 2, "hand": {"code": "L"}}]]))
    ['.hand.code']
    """
    found: set[_Names] = set()
    for array in arrays:
        records = [cast("dict[str, object]", element) for element in array if type(element) is dict]
        if len(records) > 1:
            found.update(_repeated(records, found))
    return {_path(names) for names in found}


def _repeated(records: list[dict[str, object]], known: set[_Names]) -> Iterator[_Names]:
    held: defaultdict[_Names, list[object]] = defaultdict(list)
    for record in records:
        for names, value in _scalars(record, known):
            held[names].append(value)
    for names, values in held.items():
        if len(set(values)) < len(values):
            yield names


def _scalars(record: dict[str, object], known: set[_Names]) -> Iterator[tuple[_Names, object]]:
    for name, value in record.items():
        if type(value) in _SCALARS:
            if (name,) not in known:
                yield (name,), value
        elif type(value) is dict:
            for below, inner in cast("dict[str, object]", value).items():
                if type(inner) in _SCALARS and (name, below) not in known:
                    yield (name, below), inner


@lru_cache(maxsize=65_536)
def _path(names: _Names) -> str:
    return show(tuple(map(Field, names)), anchor="")
