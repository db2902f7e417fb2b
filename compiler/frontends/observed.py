"""Observed facts to the text of `schemas/observed/<endpoint>/<method>.json`, and back.

One line per capture and per path, sorted, so that a merge of two branches conflicts where they really differ.
"""

import json
import re
from collections.abc import Iterable, Mapping

from compiler.diagnostics import Sink, did_you_mean
from compiler.frontends.document import Json, as_object, read_json
from compiler.frontends.json_reader import JsonReader
from compiler.ir.facts import Facts, Observed
from compiler.ir.paths import PathError, parse
from compiler.ir.types import Kind
from compiler.rules import FACTS_SYNTAX, FACTS_WRONG_KIND
from compiler.source import SourceFile

_DIGEST = re.compile(r"[0-9a-f]{16}")
_SIZES = ("longest", "widest")
_OTHERS = (*_SIZES, "maps", "repeats")
_KINDS = {kind.value: kind for kind in Kind}


def file_of(operation: str) -> str:
    """Return where the facts of an operation are, below `schemas/observed`.

    >>> file_of("game.liveGameV1")
    'game/liveGameV1.json'
    """
    return operation.replace(".", "/", 1) + ".json"


def write_facts(observed: Observed) -> str:
    """Print facts as canonical JSON."""
    captures = ",\n".join(f"  {json.dumps(capture)}" for capture in observed.captures)
    paths = ",\n".join(
        f"  {json.dumps(path)}: {_print(facts)}" for path, facts in sorted(observed.paths.items())
    )
    return (
        f'{{\n "operation": {json.dumps(observed.operation)},\n'
        f' "captures": [\n{captures}\n ],\n "paths": {{\n{paths}\n }}\n}}\n'
    )


def _print(facts: Facts) -> str:
    """Print the facts of one path: kinds with their counts, strings by class, then sizes and map evidence."""
    members: dict[str, object] = {
        kind.value: dict(facts.texts) if kind is Kind.STRING else count for kind, count in facts.kinds.items()
    }
    sizes = {"longest": facts.longest, "widest": facts.widest}
    members |= {name: size for name, size in sizes.items() if size}
    if facts.maps:
        members["maps"] = dict(facts.maps)
    if facts.repeats:
        members["repeats"] = True
    return json.dumps(members)


def read_facts(files: Iterable[SourceFile], sink: Sink) -> dict[str, Observed]:
    """Read all files of facts, by operation; what is wrong with one is reported."""
    read = (_read(file, sink) for file in files)
    return {observed.operation: observed for observed in read if observed is not None}


def _read(file: SourceFile, sink: Sink) -> Observed | None:
    node = read_json(file, FACTS_SYNTAX, sink)
    if node is None:
        return None
    read = JsonReader(sink, FACTS_WRONG_KIND, FACTS_WRONG_KIND)
    captures = tuple(_capture(read, found) for found in read.items(node, "captures"))
    paths = {
        path: _facts(read, found)
        for path, found in read.entries(node, "paths")
        if _is_path(read, path, found)
    }
    _check_count(sink, node, captures, paths)
    return Observed(operation=read.text(node, "operation"), captures=captures, paths=paths)


def _check_count(sink: Sink, node: Json, captures: tuple[str, ...], paths: Mapping[str, Facts]) -> None:
    counted = paths["$"].seen if "$" in paths else 0
    if counted and counted != len(set(captures)):
        message = f"{len(set(captures))} captures are listed, and {counted} responses were counted"
        advice = "take one side of the merge and fold the captures of the other again: `mlbc observe FILE...`"
        sink.report(
            FACTS_SYNTAX.at(node.at("captures", node.member("captures")).place, message, advice=advice)
        )


def _capture(read: JsonReader, node: Json) -> str:
    if isinstance(node.value, str) and _DIGEST.fullmatch(node.value):
        return node.value
    read.wrong_kind(node, "16 hex digits")
    return ""


def _is_path(read: JsonReader, path: str, node: Json) -> bool:
    try:
        if parse(path).anchor == "$":
            return True
        message = "a path of facts starts with `$`"
    except PathError as error:
        message = error.message
    read.sink.report(FACTS_WRONG_KIND.at(node.place, f"`{path}` is not a path: {message}"))
    return False


def _facts(read: JsonReader, node: Json) -> Facts:
    members = as_object(node.value)
    if members is None:
        read.wrong_kind(node, "an object")
        return Facts(kinds={}, texts={}, maps={})
    texts = _counts(read, node, "string")
    kinds = {
        _KINDS[name]: sum(texts.values()) if name == "string" else _count(read, node.at(name, value))
        for name, value in members.items()
        if name in _KINDS
    }
    for name in members.keys() - _KINDS.keys() - {*_OTHERS}:
        advice = did_you_mean(name, (*_KINDS, *_OTHERS))
        read.sink.report(FACTS_WRONG_KIND.at(node.place, f"unknown key `{name}`", advice=advice))
    longest, widest = (
        _count(read, node.at(name, members[name])) if name in members else 0 for name in _SIZES
    )
    return Facts(
        kinds=kinds,
        texts=texts,
        longest=longest,
        widest=widest,
        maps=_counts(read, node, "maps"),
        repeats=members.get("repeats") is True,
    )


def _counts(read: JsonReader, node: Json, key: str) -> Mapping[str, int]:
    value = node.member(key)
    counts = as_object(value)
    if counts is None:
        if value is not None:
            read.wrong_kind(node.at(key, value), "an object")
        return {}
    return {name: _count(read, node.at(key, counts).at(name, count)) for name, count in counts.items()}


def _count(read: JsonReader, node: Json) -> int:
    if type(node.value) is int and node.value > 0:
        return node.value
    read.wrong_kind(node, "a whole number above 0")
    return 0
