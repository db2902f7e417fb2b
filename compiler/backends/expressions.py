"""Lower typed expressions to the text of a target, by the templates of `ir/functions`.

`postgres_sql` and `spark_sql` give SQL over the columns by their names; `python_source` gives Python over variables,
with the functions of `runtime/sql.py` under the name `sql`. NULL is None there.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pglast.keywords import RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from compiler.backends import types
from compiler.ir.expression import Apply, Case, Constant, Expression, Reference, Typed
from compiler.ir.functions import FUNCTIONS, Function

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_NAMED = "abcdefgh"


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a target; `is_whole`: no operator around it can take it apart, `is_condition`: neither AND nor OR."""

    text: str
    is_whole: bool
    is_condition: bool = True

    def __format__(self, spec: str) -> str:
        is_safe = {"p": self.is_whole, "c": self.is_whole or self.is_condition, "": True}[spec]
        return self.text if is_safe else f"({self.text})"


@dataclass(frozen=True, slots=True)
class _Target:
    """How a target writes names, constants and CASE; `binds` writes a body whose names stand for arguments."""

    name: Literal["postgres", "spark", "python"]
    reference: Callable[[str], str]
    constant: Callable[[Constant, bool], _Text]
    case: Callable[[list[tuple[str, str]], str | None], str]
    binds: Callable[[str, dict[str, str], str], str]


def postgres_sql(typed: Typed) -> str:
    """Return the expression as PostgreSQL (15 and later) reads it."""
    return _Lowering(_POSTGRES, _free(typed)).text(typed.expression).text


def spark_sql(typed: Typed) -> str:
    """Return the expression as Spark SQL (4, ANSI on, session in UTC) reads it."""
    return _Lowering(_SPARK, _free(typed)).text(typed.expression).text


def python_source(typed: Typed, variables: Mapping[str, str] | None = None) -> str:
    """Return the expression as Python; `variables` names those that hold columns, where it is not the column's name."""
    return _Lowering(_PYTHON, "", variables or {}).text(typed.expression).text


def _free(typed: Typed) -> str:
    """Return a name that no column begins with."""
    name = "v"
    while any(column.startswith(name) for column in typed.reads):
        name += "_"
    return name


@dataclass(frozen=True, slots=True)
class _Lowering:
    target: _Target
    free: str
    variables: Mapping[str, str] | None = None

    def text(self, expression: Expression, *, is_bare: bool = False) -> _Text:
        """Return a text; `is_bare`: what stands around a constant tells its type."""
        match expression:
            case Constant():
                return self.target.constant(expression, is_bare)
            case Reference(name=name):
                return _Text((self.variables or {}).get(name) or self.target.reference(name), is_whole=True)
            case Case():
                return _Text(self.case(expression), is_whole=True)
            case Apply():
                return self.apply(expression)

    def case(self, case: Case) -> str:
        branches = [(self.text(test).text, format(self.text(value), "p")) for test, value in case.branches]
        has_else = not isinstance(case.otherwise, Constant) or case.otherwise.value is not None
        return self.target.case(branches, format(self.text(case.otherwise), "p") if has_else else None)

    def apply(self, call: Apply) -> _Text:
        row = FUNCTIONS[call.overload]
        template: str = getattr(row, self.target.name)
        arguments = self.arguments(call, row)
        bound: dict[str, str] = {}
        for number, (argument, written) in enumerate(zip(call.arguments, arguments, strict=True)):
            is_simple = isinstance(argument, Constant | Reference)
            if not is_simple and template.count(f"{{{number}") > 1:
                name = f"{self.free}{_NAMED[number]}"
                bound[name] = written.text
                arguments[number] = _Text(f"{self.free}.{name}", is_whole=True)
        text = template.format(
            *arguments,
            all=", ".join(item.text for item in arguments),
            rest=", ".join(item.text for item in arguments[1:]),
        )
        if bound:
            return _Text(self.target.binds(text, bound, self.free), is_whole=True)
        return _Text(text, is_whole=_is_whole(template), is_condition=call.function not in ("and", "or"))

    def arguments(self, call: Apply, row: Function) -> list[_Text]:
        written = {number for number, _ in row.written}
        is_told = row.is_test and not all(isinstance(argument, Constant) for argument in call.arguments)
        return [
            self.text(argument, is_bare=is_told or number in written)
            for number, argument in enumerate(call.arguments)
        ]


def _is_whole(template: str) -> bool:
    """Whether a template is one call, a CASE or a bare argument, perhaps with a cast after it."""
    template = re.sub(r"::[a-z ]+$", "", template)
    if template in ("{0}", "{0:p}") or (template.startswith("CASE ") and template.endswith(" END")):
        return True
    if not re.match(r"[\w.]*\(", template) or not template.endswith(")"):
        return False
    depth = 0
    for place, letter in enumerate(template):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0 and place < len(template) - 1:
            return False
    return True


# ------------------------------------------------------------------------------------------------------- SQL


def _sql_case(branches: list[tuple[str, str]], otherwise: str | None) -> str:
    whens = " ".join(f"WHEN {test} THEN {value}" for test, value in branches)
    return f"CASE {whens} END" if otherwise is None else f"CASE {whens} ELSE {otherwise} END"


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.replace(tzinfo=None).isoformat(sep=" ") + "Z"


def _postgres_name(name: str) -> str:
    is_plain = _PLAIN_NAME.fullmatch(name) and name not in RESERVED_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS
    return name if is_plain else '"' + name.replace('"', '""') + '"'


def _postgres_constant(constant: Constant, is_bare: bool) -> _Text:
    value, type_ = constant.value, constant.type
    assert type_ is not None
    cast = f"::{types.postgres(type_)}"
    match value:
        case None:
            return _Text(f"NULL{cast}", is_whole=True)
        case bool():
            return _Text(str(value).upper(), is_whole=True)
        case int() | float():
            text = f"({value!r})" if repr(value).startswith("-") else repr(value)
            return _Text(text if is_bare else f"{text}{cast}", is_whole=True)
        case str():
            text = "'" + value.replace("'", "''") + "'"
            return _Text(text if is_bare else f"{text}{cast}", is_whole=True)
        case date():
            return _Text(f"'{_moment(value)}'{cast}", is_whole=True)


def _postgres_binds(body: str, bound: dict[str, str], name: str) -> str:
    columns = ", ".join(f"{text} AS {short}" for short, text in bound.items())
    return f"(SELECT {body} FROM (SELECT {columns}) AS {name})"  # nosec B608: text of the compiler itself


def _spark_name(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else "`" + name.replace("`", "``") + "`"


def _spark_constant(constant: Constant, is_bare: bool) -> _Text:
    value, type_ = constant.value, constant.type
    assert type_ is not None
    match value:
        case None:
            return _Text(f"CAST(NULL AS {types.spark(type_).upper()})", is_whole=True)
        case bool():
            return _Text(str(value).upper(), is_whole=True)
        case int() | float():
            suffix = "D" if isinstance(value, float) else "" if is_bare and abs(value) < 2**31 else "L"
            text = f"{value!r}{suffix}"
            return _Text(f"({text})" if text.startswith("-") else text, is_whole=True)
        case str():
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            return _Text(f"'{escaped}'", is_whole=True)
        case datetime():
            return _Text(f"TIMESTAMP '{_moment(value)}'", is_whole=True)
        case date():
            return _Text(f"DATE '{_moment(value)}'", is_whole=True)


def _spark_binds(body: str, bound: dict[str, str], name: str) -> str:
    fields = ", ".join(f"'{short}', {text}" for short, text in bound.items())
    return f"try_element_at(transform(array(named_struct({fields})), {name} -> {body}), 1)"


# ---------------------------------------------------------------------------------------------------- Python


def _python_constant(constant: Constant, _: bool) -> _Text:
    match constant.value:
        case datetime() as value:
            return _Text(f"sql.instant({json.dumps(_moment(value))})", is_whole=True)
        case date() as value:
            return _Text(f"sql.date({value.year}, {value.month}, {value.day})", is_whole=True)
        case value:
            return _Text(repr(value), is_whole=True)


def _python_case(branches: list[tuple[str, str]], otherwise: str | None) -> str:
    text = "".join(f"{value} if {test} else " for test, value in branches)
    return f"({text}{otherwise})"


def _python_binds(body: str, bound: dict[str, str], name: str) -> str:
    raise AssertionError(f"{name}: the functions of Python take each argument once: {body} {bound}")


_POSTGRES = _Target("postgres", _postgres_name, _postgres_constant, _sql_case, _postgres_binds)
_SPARK = _Target("spark", _spark_name, _spark_constant, _sql_case, _spark_binds)
_PYTHON = _Target("python", lambda name: name, _python_constant, _python_case, _python_binds)
