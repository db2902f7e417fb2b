"""What fills columns that stay as they are: functions of jobs, and the SQL of named queries."""

import ast
import re
from collections.abc import Iterator, Mapping

from compiler.breaking.reading.catalog import QUERY_PAGES
from compiler.breaking.surfaces import Surfaces
from compiler.review.items import Artefact, Item, Scope, Sign, Subject

_JOBS = ("jobs/local/", "jobs/spark/")
_SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Files = Mapping[str, str]


def code_items(before: Files, after: Files, new: Surfaces) -> Iterator[tuple[Subject, Item]]:
    """Yield functions of tables, and queries, of other code; layout, comments and docstrings are none."""
    tables = {(_slug(job.module), job.function): job.table for job in new.spark}
    for path in sorted(before.keys() & after.keys()):
        if before[path] == after[path]:
            continue
        if path.startswith(_JOBS):
            for function in _changed(_functions(before[path]), _functions(after[path])):
                table = tables.get((_slug(path), function))
                if table:
                    yield (Scope.RELATION, table), _item(f"function {function} does something else", path)
        elif path.startswith(QUERY_PAGES) and _sql(before[path]) != _sql(after[path]):
            name = path.removeprefix(QUERY_PAGES).removesuffix(".md")
            yield (Scope.RELATION, name.replace("/", ".")), _item("another query", path)


def _item(text: str, path: str) -> Item:
    return Item(artefact=Artefact.CODE, sign=Sign.CHANGED, text=text, file=path)


def _slug(path: str) -> str:
    return "/".join(path.removesuffix(".py").split("/")[2:])


def _functions(text: str) -> Mapping[str, str]:
    """Return what each function of a module does, in one form; nothing for what is no Python."""
    try:
        module = ast.parse(text)
    except SyntaxError:
        return {}
    return {node.name: _bare(node) for node in module.body if isinstance(node, ast.FunctionDef)}


def _bare(node: ast.FunctionDef) -> str:
    has_docstring = ast.get_docstring(node, clean=False) is not None
    return "\n".join(map(ast.dump, node.body[1:] if has_docstring else node.body))


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    return (name for name in old if name in new and old[name] != new[name])


def _sql(page: str) -> list[str]:
    return [" ".join(found.split()) for found in _SQL.findall(page)]
