"""Generated modules, read without running them: models, the tables of documents, jobs for Spark."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.backends import types
from compiler.breaking.reading.catalog import Codec, Known
from compiler.breaking.surfaces import Attribute, Model, SparkTable

_PLACES = re.compile(r"`([^`]*)`")
_CODECS = {"DATE": Codec(text="date"), "INSTANT": Codec(text="instant")}
_TEXTS = {"decimal": "decimal", "integer": "integer in a string", "innings": "innings"}
_BOOKKEEPING = ("raw_id bigint", "captured_at timestamp")


def models(path: str, text: str) -> Iterator[Model]:
    """Yield the classes of a module of models."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            places = _PLACES.match(ast.get_docstring(node, clean=False) or "")
            yield Model(
                file=path,
                name=node.name,
                places=tuple(places[1].split(", ")) if places else ("$",),
                attributes=tuple(
                    _attribute(member, node.name) for member in node.body if isinstance(member, ast.AnnAssign)
                ),
            )


def _attribute(member: ast.AnnAssign, holder: str) -> Attribute:
    assert isinstance(member.target, ast.Name), holder
    name = member.target.id
    alias = _keyword(member.value, "alias") if isinstance(member.value, ast.Call) else None
    key = alias.value if isinstance(alias, ast.Constant) else name
    return Attribute(name=name, key=str(key), type=ast.unparse(member.annotation))


def _keyword(call: ast.expr | None, name: str) -> ast.expr | None:
    keywords = call.keywords if isinstance(call, ast.Call) else []
    return next((keyword.value for keyword in keywords if keyword.arg == name), None)


def _called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


# ------------------------------------------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True)
class _Module:
    """The names that a module of documents assigns."""

    names: Mapping[str, ast.expr]

    def known(self, table: ast.expr) -> Known:
        parent = _text(_keyword(table, "parent"))
        row = self._row(self.names.get("SHAPE"), _keyword(table, "scan"))
        is_negated = _is_negated(_keyword(table, "where"))
        codecs: dict[str, Codec] = {}
        columns: list[str] = []
        for name, type_, leaf in _columns(table):
            columns.append(f"{name} {type_}")
            found = self._leaf(row, leaf, is_negated=is_negated) if leaf is not None else None
            codec = self._codec(found)
            if codec is not None:
                codecs[name] = codec
        return Known(parent=parent, columns=tuple(columns), codecs=codecs)

    def _row(self, shape: ast.expr | None, scan: ast.expr | None) -> ast.expr | None:
        steps = scan.elts if isinstance(scan, ast.Tuple) else []
        for step in steps:
            shape = self._step(shape, step)
        return shape

    def _step(self, shape: ast.expr | None, step: ast.expr) -> ast.expr | None:
        node = self._whole(shape)
        if isinstance(step, ast.Constant):
            return _member(node, str(step.value))
        if _called(step) == "Branches":
            assert isinstance(step, ast.Call)
            names = ast.literal_eval(step.args[0])
            return next((found for name in names if (found := _member(node, name))), None)
        return node.args[0] if isinstance(node, ast.Call) and node.args else None

    def _leaf(self, row: ast.expr | None, leaf: tuple[str, ...], *, is_negated: bool) -> ast.expr | None:
        node = self._whole(row)
        if _called(node or ast.Pass()) == "Split":
            assert isinstance(node, ast.Call)
            node = self._whole(node.args[3 if is_negated else 2])
        for name in leaf:
            node = self._whole(_member(node, name))
        return node

    def _whole(self, node: ast.expr | None) -> ast.expr | None:
        """Return what a name stands for; names of leaves are their own."""
        return self.names.get(node.id, node) if isinstance(node, ast.Name) else node

    def _codec(self, node: ast.expr | None) -> Codec | None:
        if isinstance(node, ast.Name):
            return _CODECS.get(node.id)
        if not isinstance(node, ast.Call):
            return None
        name = _called(node)
        if name == "Leaves":
            return self._codec(self._whole(node.args[0]))
        if name not in _TEXTS:
            return None
        said = tuple(_text(argument) for argument in node.args)
        form, sentinels = (f" {said[0]}", said[1:]) if name == "decimal" else ("", said)
        return Codec(text=f"{_TEXTS[name]}{form}", sentinels=tuple(sorted(sentinels)))


def documents(text: str) -> Mapping[str, Known]:
    """Return what a module of documents says of its tables, by their names."""
    names = {
        node.targets[0].id: node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    module = _Module(names)
    found = (node for node in names.values() if _called(node) == "Table")
    return {_text(_keyword(table, "name")): module.known(table) for table in found}


def _columns(table: ast.expr) -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """Yield each column's name, its type and the leaf that it owns."""
    listed = _keyword(table, "columns")
    for column in listed.elts if isinstance(listed, ast.Tuple) else []:
        if isinstance(column, ast.Call):
            leaf = ast.literal_eval(column.args[2]) if len(column.args) > 2 else None
            yield _text(column.args[0]), _text(column.args[1]), leaf


def _member(node: ast.expr | None, name: str) -> ast.expr | None:
    """Return a member of a record."""
    members = node.args[0] if isinstance(node, ast.Call) and _called(node) == "Record" and node.args else None
    if not isinstance(members, ast.Dict):
        return None
    keys = (key.value if isinstance(key, ast.Constant) else None for key in members.keys)
    return next((value for key, value in zip(keys, members.values, strict=True) if key == name), None)


def _is_negated(where: ast.expr | None) -> bool:
    last = where.args[-1] if isinstance(where, ast.Call) and where.args else None
    return isinstance(last, ast.Constant) and last.value is True


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


# ------------------------------------------------------------------------------------------------- Spark


def spark(path: str, text: str, known: Mapping[str, Known]) -> Iterator[SparkTable]:
    """Yield the tables of a job; what both engines give is known from the documents, without bookkeeping."""
    for node in ast.walk(ast.parse(text)):
        if _called(node) == "SparkTable":
            assert isinstance(node, ast.Call)
            table, rows = _text(_argument(node, 0, "name")), _argument(node, 1, "rows")
            own = tuple(map(_as_spark, known.get(table, Known()).columns))
            function = ast.unparse(rows) if rows else ""
            yield SparkTable(
                table=table, module=path, function=function, columns=(*own, *_BOOKKEEPING) if own else ()
            )


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    return call.args[place] if len(call.args) > place else _keyword(call, name)


def _as_spark(column: str) -> str:
    name, _, type_ = column.partition(" ")
    logical, is_array = types.from_postgres(type_)
    return f"{name} {types.spark(logical, is_array=is_array)}"
