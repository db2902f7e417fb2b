"""Three-valued logic, comparisons, and what takes whichever value is there."""

from compiler.ir.functions.row import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INSTANT,
    SCALARS,
    TEXT,
    Function,
    choices,
    condition,
    same,
)
from compiler.ir.types import Type

_ORDERED = (BIGINT, DOUBLE, DATE, INSTANT)
_ORDERINGS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_TWICE = '{0:p} COLLATE "C"'
"""PostgreSQL orders texts by code points under this collation; Spark and Python always do."""

LOGIC: tuple[Function, ...] = (
    condition("and", (BOOLEAN, BOOLEAN), same("{0:c} AND {1:c}", "sql.and_({0}, {1})"), strict=False),
    condition("or", (BOOLEAN, BOOLEAN), same("{0:c} OR {1:c}", "sql.or_({0}, {1})"), strict=False),
    condition("not", (BOOLEAN,), same("NOT {0:c}", "sql.not_({0})")),
    condition("is true", (BOOLEAN,), same("{0:p} IS TRUE", "{0:p} is True"), strict=False),
    condition("is false", (BOOLEAN,), same("{0:p} IS FALSE", "{0:p} is False"), strict=False),
    *(
        condition("is null", (type_,), same("{0:p} IS NULL", "{0:p} is None"), strict=False)
        for type_ in (*SCALARS, Type.JSON)
    ),
    *(
        condition("is not null", (type_,), same("{0:p} IS NOT NULL", "{0:p} is not None"), strict=False)
        for type_ in (*SCALARS, Type.JSON)
    ),
    *(condition("=", (type_, type_), same("{0:p} = {1:p}", "sql.eq({0}, {1})")) for type_ in SCALARS),
    *(condition("<>", (type_, type_), same("{0:p} <> {1:p}", "sql.ne({0}, {1})")) for type_ in SCALARS),
    *(
        condition(name, (type_, type_), same(f"{{0:p}} {name} {{1:p}}", f"sql.{python}({{0}}, {{1}})"))
        for name, python in _ORDERINGS.items()
        for type_ in _ORDERED
    ),
    *(
        condition(
            name,
            (TEXT, TEXT),
            (f"{_TWICE} {name} {{1:p}}", f"{{0:p}} {name} {{1:p}}", f"sql.{python}({{0}}, {{1}})"),
        )
        for name, python in _ORDERINGS.items()
    ),
    *(
        condition(
            "is distinct from",
            (type_, type_),
            same("{0:p} IS DISTINCT FROM {1:p}", "{0:p} != {1:p}"),
            strict=False,
        )
        for type_ in SCALARS
    ),
    *(
        condition(
            "in",
            (type_, type_),
            same("{0:p} IN ({rest})", "sql.in_({all})"),
            variadic=True,
            strict=False,
        )
        for type_ in SCALARS
    ),
)

CHOICES: tuple[Function, ...] = (
    *choices("coalesce", SCALARS, 1, same("coalesce({all})", "sql.coalesce({all})"), variadic=True),
    *choices("nullif", SCALARS, 2, same("nullif({0}, {1})", "sql.nullif({0}, {1})"), variadic=False),
    *(
        function
        for name in ("greatest", "least")
        for types, first in ((_ORDERED, "{0}"), ((TEXT,), _TWICE))
        for function in choices(
            name,
            types,
            2,
            (f"{name}({first}, {{rest}})", f"{name}({{all}})", f"sql.{name}({{all}})"),
            variadic=True,
        )
    ),
)
