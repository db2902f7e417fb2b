"""Fold a response into facts, and facts into facts.

Facts are a sum over captures: folding is commutative and associative, and adding a capture that is already
listed changes nothing. Values of one path are looked at together, level by level, so that the cost of a value
is one append; the document is never walked recursively.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from math import isinf
from typing import TypeVar, cast

import orjson

from compiler.frontends.lexical import map_evidence, text_class
from compiler.frontends.repetition import repeats
from compiler.ir.facts import Facts, Observed, TextClass, total
from compiler.ir.paths import Field, show
from compiler.ir.types import Kind

_Key = TypeVar("_Key", bound=str)

DEEPEST = 64
"""Steps from a response to the deepest place that has facts: deeper than any table goes."""

_KINDS: dict[type, Kind] = {
    dict: Kind.OBJECT,
    list: Kind.ARRAY,
    str: Kind.STRING,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    bool: Kind.BOOLEAN,
    type(None): Kind.NULL,
}


def fold(operation: str, response: object) -> Observed:
    """Return the facts of one response.

    >>> fold("season.seasons", {"seasons": []}).paths.keys()
    dict_keys(['$', '$.seasons'])
    """
    return fold_together(operation, {digest(response): response})


def fold_together(operation: str, responses: Mapping[str, object]) -> Observed:
    """Return the facts of several responses, by digest: what merging the facts of each gives, at less cost."""
    found: dict[str, Facts] = {}
    repeated: dict[str, set[str]] = {}
    pending: list[tuple[str, int, list[object]]] = [("$", 0, list(responses.values()))] if responses else []
    while pending:
        path, depth, values = pending.pop()
        by_kind = _by_kind(values)
        maps: Counter[str] = Counter()
        below = _below(by_kind, maps)
        pending.extend((path + step, depth + 1, inside) for step, inside in below if depth < DEEPEST)
        found[path] = _facts(by_kind, maps)
        if list in by_kind:
            repeated[path] = repeats(cast("list[list[object]]", by_kind[list]))
    for path in (f"{array}[*]{below}" for array, names in repeated.items() for below in names):
        if path in found:
            found[path] = replace(found[path], repeats=True)
    return Observed(operation=operation, captures=tuple(sorted(responses)), paths=dict(sorted(found.items())))


def digest(response: object) -> str:
    """Return 16 hex digits that identify a response whatever the order of its keys and its white space."""
    return hashlib.sha256(_canonical(response)).hexdigest()[:16]


def _canonical(response: object) -> bytes:
    try:
        written = orjson.dumps(response, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # nested deeper, or an integer wider, or text stranger than orjson writes
        written = b""
    if not written or (b"null" in written and _has_infinity(response)):
        return "".join(_tokens(response)).encode()
    return written


def _has_infinity(response: object) -> bool:
    """Whether a number lies beyond a double (`1e400`): orjson would write it as it writes null."""
    pending = [response]
    while pending:
        value = pending.pop()
        if type(value) is dict:
            pending.extend(cast("dict[str, object]", value).values())
        elif type(value) is list:
            pending.extend(cast("list[object]", value))
        elif type(value) is float and isinf(value):
            return True
    return False


def _tokens(response: object) -> Iterator[str]:
    """Yield canonical JSON piece by piece, however deep it nests."""
    pending: list[tuple[str, object]] = [("", response)]
    while pending:
        before, value = pending.pop()
        yield before
        if isinstance(value, dict):
            members = sorted(cast("dict[str, object]", value).items(), reverse=True)
            pending.append(("}", _NOTHING_MORE))
            pending.extend((f"{json.dumps(name)}:", held) for name, held in members)
            yield "{"
        elif isinstance(value, list):
            pending.append(("]", _NOTHING_MORE))
            pending.extend((",", held) for held in reversed(cast("list[object]", value)))
            yield "["
        elif value is not _NOTHING_MORE:
            yield json.dumps(value)


_NOTHING_MORE = object()


def merge(left: Observed, right: Observed) -> Observed:
    """Return the facts of the captures of both; one that lists all captures of the other already holds its facts.

    Counts cannot be taken apart again: facts that share only some captures cannot be merged (`ValueError`).
    """
    mine, theirs = set(left.captures), set(right.captures)
    if theirs <= mine:
        return left
    if mine <= theirs:
        return right
    if mine & theirs:
        raise ValueError(
            f"facts of {left.operation} share some of their captures; fold the captures themselves"
        )
    paths = {
        path: total([facts.paths[path] for facts in (left, right) if path in facts.paths])
        for path in left.paths.keys() | right.paths.keys()
    }
    return Observed(
        operation=left.operation,
        captures=tuple(sorted(mine | theirs)),
        paths=dict(sorted(paths.items())),
    )


def news(known: Observed, other: Observed) -> Iterator[tuple[str, str]]:
    """Yield path and finding for everything that `other` has seen and `known` has not; counts are no news."""
    for path, facts in other.paths.items():
        before = known.paths.get(path)
        if before is None:
            yield path, "a path that no capture had"
        else:
            yield from ((path, finding) for finding in _news(before, facts))


def _news(before: Facts, after: Facts) -> Iterator[str]:
    if after.repeats and not before.repeats:
        yield "a value that stands twice in one array"
    yield from (f"kind `{kind}`" for kind in after.kinds if kind not in before.kinds)
    yield from (f"text of class `{text}`" for text in after.texts if text not in before.texts)
    yield from (f"map evidence `{evidence}`" for evidence in after.maps if evidence not in before.maps)
    if after.longest > before.longest:
        yield f"text of up to {after.longest} characters, not {before.longest}"
    if after.widest > before.widest:
        yield f"integers of up to {after.widest} bits, not {before.widest}"


def _counts(counts: Mapping[_Key, int]) -> Mapping[_Key, int]:
    if len(counts) < 2:
        return dict(counts)
    return {key: counts[key] for key in sorted(counts)}


# ------------------------------------------------------------------------------------------------- one path


def _by_kind(values: list[object]) -> dict[type, list[object]]:
    kinds = set(map(type, values))
    if len(kinds) == 1:
        return {kinds.pop(): values}
    return {kind: [value for value in values if type(value) is kind] for kind in kinds}


def _facts(by_kind: Mapping[type, list[object]], maps: Mapping[str, int]) -> Facts:
    strings = Counter(cast("list[str]", by_kind[str])) if str in by_kind else _NO_STRINGS
    texts: Counter[str] = Counter()
    for text, count in strings.items():
        texts[text_class(text)] += count
    integers = cast("list[int]", by_kind.get(int, _NO_INTEGERS))
    written = [int(text) for text in strings if text_class(text) == _INTEGER] if _INTEGER in texts else ()
    return Facts(
        kinds=_counts({_KINDS[kind]: len(values) for kind, values in by_kind.items()}),
        texts=_counts(texts),
        longest=_power_of_two(max(map(len, strings))) if strings else 0,
        widest=_widest([*integers, *written]) if integers or written else 0,
        maps=_counts(maps),
    )


_NO_STRINGS: Counter[str] = Counter()
_NO_INTEGERS: list[object] = []
_INTEGER = TextClass.INTEGER.value


def _power_of_two(size: int) -> int:
    """Return the smallest power of two that is not less than `size`; 0 for 0."""
    return 1 << (size - 1).bit_length() if size else 0


def _widest(integers: Sequence[int]) -> int:
    """Return the bucket (8, 16, 32, 64, ...) of bits that hold all `integers` with their sign.

    >>> _widest([5]), _widest([-(2**31)]), _widest([2**31])
    (8, 32, 64)
    """
    widest = max(max(integers), ~min(integers))
    return max(8, _power_of_two(widest.bit_length() + 1))


def _below(by_kind: Mapping[type, list[object]], maps: Counter[str]) -> Iterator[tuple[str, list[object]]]:
    """Yield a step and all values under it, for each step below these values; count the maps among them."""
    elements = list(chain.from_iterable(cast("list[list[object]]", by_kind.get(list, []))))
    if elements:
        yield "[*]", elements
    fields, entries = _members(cast("list[dict[str, object]]", by_kind.get(dict, [])), maps)
    if entries:
        yield "{*}", entries
    for name, values in fields.items():
        yield _field(name), values


def _members(
    objects: list[dict[str, object]], maps: Counter[str]
) -> tuple[dict[str, list[object]], list[object]]:
    fields: defaultdict[str, list[object]] = defaultdict(list)
    entries: list[object] = []
    for members in objects:
        evidence = map_evidence(members)
        if evidence:
            maps[evidence] += 1
            entries.extend(members.values())
        else:
            for name, value in members.items():
                fields[name].append(value)
    return fields, entries


@lru_cache(maxsize=65_536)
def _field(name: str) -> str:
    return show((Field(name),), anchor="")
