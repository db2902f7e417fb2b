"""Give every part of an expression its type: names are bound to columns, functions to the overload that fits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import available_timezones

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.expression import Apply, Case, Constant, Expression, Input, Reference, Typed, Written
from compiler.ir.functions import FUNCTIONS, Function, Limit, overloads
from compiler.ir.types import Type
from compiler.rules import SQL_TYPE, SQL_UNKNOWN_COLUMN, SQL_UNSUPPORTED

_MOST_TEXT = 2**31 - 1
_IDENTITIES = {"is null": None, "is not null": None, "is true": True, "is false": False}
"""Tests that ask which value it is: of a constant they are constants."""
_CASTS = ("bigint", "double precision", "text")


def bind_expression(
    written: Written, columns: Mapping[str, Input], sink: Sink, want: Type | None = None
) -> Typed | None:
    """Return the typed expression; None where it does not fit the columns or gives another type than `want`."""
    binder = _Binder(columns, sink)
    try:
        bound = binder.bind(written.expression)
        bound = binder.given(bound, want) if bound.type is None or want is not None else bound
    except _MistypedError:
        return None
    assert bound.type is not None
    is_array = isinstance(bound, Reference) and bound.is_array
    return Typed(text=written.text, expression=bound, type=bound.type, is_array=is_array)


class _MistypedError(Exception):
    """A finding was reported; nothing above it can have a type."""


@dataclass(frozen=True, slots=True)
class _Binder:
    columns: Mapping[str, Input]
    sink: Sink

    def bind(self, expression: Expression) -> Expression:
        match expression:
            case Constant():
                return replace(expression, type=_constant_type(expression))
            case Reference():
                return self.reference(expression)
            case Apply():
                return self.apply(expression)
            case Case():
                return self.case(expression)

    def reference(self, found: Reference) -> Reference:
        column = self.columns.get(found.name)
        if column is None:
            advice = did_you_mean(found.name, self.columns) or "an expression reads columns of its own table"
            self.sink.report(SQL_UNKNOWN_COLUMN.at(found.origin, f"no column `{found.name}`", advice=advice))
            raise _MistypedError
        return replace(found, type=column.type, is_array=column.is_array)

    def case(self, case: Case) -> Case:
        conditions = [self.given(self.bind(condition), Type.BOOLEAN) for condition, _ in case.branches]
        values = [self.widened(self.bind(value)) for _, value in case.branches]
        otherwise = self.widened(self.bind(case.otherwise))
        type_ = self.common(case, (*values, otherwise))
        fitted = [self.given(value, type_) for value in values]
        return replace(
            case,
            branches=tuple(zip(conditions, fitted, strict=True)),
            otherwise=self.given(otherwise, type_),
            type=type_,
        )

    def common(self, case: Case, values: tuple[Expression, ...]) -> Type:
        types = {value.type: value for value in values if value.type is not None}
        if types.keys() == {Type.BIGINT, Type.DOUBLE}:
            return Type.DOUBLE
        if len(types) > 1:
            found = ", ".join(str(type_) for type_ in types)
            raise self.mistyped(case, f"the results of a CASE have one type, found {found}")
        return next(iter(types), Type.TEXT) or Type.TEXT

    # ------------------------------------------------------------------------------------------ functions

    def apply(self, call: Apply) -> Expression:
        arguments = tuple(self.bind(argument) for argument in call.arguments)
        if call.function not in ("is null", "is not null"):
            arguments = tuple(map(self.scalar, arguments))
        found = self.chosen(call, arguments)
        if found is None:
            if call.function in _CASTS and arguments[0].type == call.function:
                return arguments[0]
            raise self.mistyped(
                call, f"{_shown(call.function)} does not take {_types(arguments)}", _advice(call.function)
            )
        number, row = found
        takes = _takes(row, len(arguments))
        if row.is_test:
            fitted = tuple(map(self.compared, arguments, takes))
        else:
            fitted = tuple(map(self.given, map(self.widened, arguments), takes))
        self.check_written(row, fitted)
        if call.function in _IDENTITIES and isinstance(fitted[0], Constant):
            is_it = fitted[0].value is _IDENTITIES[call.function]
            return Constant(
                value=is_it != (call.function == "is not null"), type=Type.BOOLEAN, origin=call.origin
            )
        return replace(call, arguments=fitted, overload=number, type=row.gives)

    def chosen(self, call: Apply, arguments: tuple[Expression, ...]) -> tuple[int, Function] | None:
        """Return the first overload that takes the arguments as they are, or else with integers as doubles."""
        known = [item for item in overloads(call.function) if _takes(item[1], len(arguments))]
        for fits in (_is, _becomes):
            fitting = [
                (number, row)
                for number, row in known
                if all(map(fits, arguments, _takes(row, len(arguments))))
            ]
            if fitting:
                return next((item for item in fitting if _is_written(item[1], arguments)), fitting[-1])
        return None

    def scalar(self, argument: Expression) -> Expression:
        """Refuse arrays and JSON: whether they are there is all that can be asked."""
        is_array = isinstance(argument, Reference) and argument.is_array
        if is_array or argument.type is Type.JSON:
            kind = "an array" if is_array else "jsonb"
            raise self.mistyped(
                argument, f"{kind} can only be tested with IS NULL", "give its parts columns of their own"
            )
        return argument

    def compared(self, argument: Expression, type_: Type) -> Expression:
        """Return an argument of a test: a narrow integer compares as it is."""
        return (
            argument
            if argument.type is Type.INTEGER and type_ is Type.BIGINT
            else self.given(argument, type_)
        )

    def widened(self, argument: Expression) -> Expression:
        """Return an integer with 64 bits."""
        return _converted(argument, Type.BIGINT) if argument.type is Type.INTEGER else argument

    def given(self, argument: Expression, type_: Type | None) -> Expression:
        """Return the expression as a value of a type that it is, or that an integer or NULL can be taken for."""
        if argument.type is None:
            return replace(argument, type=type_ or Type.TEXT)
        if type_ is None or argument.type is type_:
            return argument
        if isinstance(argument, Constant) and type(argument.value) is int and type_ is Type.DOUBLE:
            return replace(argument, value=float(argument.value), type=type_)
        if _becomes(argument, type_):
            return _converted(self.widened(argument), type_)
        raise self.mistyped(argument, f"this is {argument.type}, and {type_} belongs here", _advice("="))

    def check_written(self, row: Function, arguments: tuple[Expression, ...]) -> None:
        for number, limit in row.written:
            argument = arguments[number]
            if not isinstance(argument, Constant) or not _LIMITS[limit](argument.value):
                message = f"argument {number + 1} of {_shown(row.name)} must be written out: {limit}"
                self.sink.report(SQL_UNSUPPORTED.at(argument.origin, message))
                raise _MistypedError

    def mistyped(self, expression: Expression, message: str, advice: str = "") -> _MistypedError:
        self.sink.report(SQL_TYPE.at(expression.origin, message, advice=advice))
        return _MistypedError()


def _constant_type(constant: Constant) -> Type | None:
    value = constant.value
    if isinstance(value, datetime):
        return Type.TIMESTAMP
    kinds: dict[type, Type | None] = {
        bool: Type.BOOLEAN,
        int: Type.BIGINT,
        float: Type.DOUBLE,
        str: Type.TEXT,
        type(None): None,
    }
    return kinds.get(type(value), Type.DATE)


def _is_written(row: Function, arguments: tuple[Expression, ...]) -> bool:
    """Whether the arguments that must be written out are."""
    written = ((arguments[number], limit) for number, limit in row.written)
    return all(
        isinstance(argument, Constant) and _LIMITS[limit](argument.value) for argument, limit in written
    )


def _takes(row: Function, count: int) -> tuple[Type, ...]:
    """Return the types that an overload takes where it has so many arguments; () where it cannot have them."""
    if row.is_variadic and count >= len(row.takes):
        return (*row.takes, *row.takes[-1:] * (count - len(row.takes)))
    return row.takes if count == len(row.takes) else ()


def _is(argument: Expression, type_: Type) -> bool:
    return argument.type in (None, type_) or (argument.type is Type.INTEGER and type_ is Type.BIGINT)


def _becomes(argument: Expression, type_: Type) -> bool:
    return _is(argument, type_) or (type_ is Type.DOUBLE and argument.type in (Type.INTEGER, Type.BIGINT))


def _converted(argument: Expression, type_: Type) -> Apply:
    number = next(number for number, row in overloads(str(type_)) if row.takes == (Type.BIGINT,))
    return Apply(
        function=str(type_), arguments=(argument,), overload=number, type=type_, origin=argument.origin
    )


def _types(arguments: tuple[Expression, ...]) -> str:
    return " and ".join(str(argument.type or "NULL") for argument in arguments)


def _shown(function: str) -> str:
    return f"`{function.upper() if function.isalpha() and len(function) < 4 else function}`"


def _advice(function: str) -> str:
    if function in {"and", "or", "not", "is true", "is false"}:
        return "a condition is a boolean: compare the value with something"
    known = {", ".join(row.takes) for row in FUNCTIONS if row.name == function and len(row.takes) < 3}
    if function in {
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "is distinct from",
        "coalesce",
        "nullif",
        "greatest",
        "least",
    }:
        return "both sides have one type: cast with `::bigint`, `::double precision` or `::text`"
    return f"it takes {'; or '.join(sorted(known))}" if known else ""


def _is_pattern(value: object) -> bool:
    return isinstance(value, str) and not any(
        part[:1] not in ("%", "_") for part in value.replace("\\\\", "").split("\\")[1:]
    )


_LIMITS: dict[Limit, Callable[[object], bool]] = {
    Limit.COUNT: lambda value: type(value) is int and 0 <= value <= _MOST_TEXT,
    Limit.PLACE: lambda value: type(value) is int and 1 <= value <= _MOST_TEXT,
    Limit.DIVISOR: lambda value: type(value) is int and value not in (0, -1),
    Limit.FACTOR: lambda value: type(value) in (int, float) and value != 0,
    Limit.SOME_TEXT: lambda value: isinstance(value, str) and value != "",
    Limit.PATTERN: _is_pattern,
    Limit.ZONE: lambda value: isinstance(value, str) and value in available_timezones(),
}
