"""Functions of text, which is a row of code points; letters are those of ASCII. And casts from and to text."""

from compiler.ir.functions.row import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    TEXT,
    Function,
    Limit,
    condition,
    row,
    same,
)

_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_INTEGER = "-?[0-9]{{1,18}}"
_DECIMAL = "-?([0-9]{{1,15}}(\\.[0-9]{{0,15}})?|\\.[0-9]{{1,15}})"
_JAVA_DECIMAL = _DECIMAL.replace("\\", "\\\\")

TEXTS: tuple[Function, ...] = (
    row("||", (TEXT, TEXT), TEXT, same("{0:p} || {1:p}", "sql.concat({0}, {1})")),
    row("length", (TEXT,), BIGINT, ("length({0})::bigint", "CAST(length({0}) AS BIGINT)", "sql.length({0})")),
    row(
        "lower",
        (TEXT,),
        TEXT,
        same(f"translate({{0}}, '{_UPPER}', '{_LOWER}')", "sql.lower({0})"),
    ),
    row(
        "upper",
        (TEXT,),
        TEXT,
        same(f"translate({{0}}, '{_LOWER}', '{_UPPER}')", "sql.upper({0})"),
    ),
    row("trim", (TEXT,), TEXT, ("btrim({0})", "trim({0})", "sql.trim({0})")),
    row("ltrim", (TEXT,), TEXT, same("ltrim({0})", "sql.ltrim({0})")),
    row("rtrim", (TEXT,), TEXT, same("rtrim({0})", "sql.rtrim({0})")),
    row(
        "substring",
        (TEXT, BIGINT),
        TEXT,
        ("substring({0} FROM {1})", "substring({0}, {1})", "sql.substring({0}, {1})"),
        second=Limit.PLACE,
    ),
    row(
        "substring",
        (TEXT, BIGINT, BIGINT),
        TEXT,
        (
            "substring({0} FROM {1} FOR {2})",
            "substring({0}, {1}, {2})",
            "sql.substring({0}, {1}, {2})",
        ),
        second=Limit.PLACE,
        third=Limit.COUNT,
    ),
    *(
        row(
            name,
            (TEXT, BIGINT),
            TEXT,
            (f"{name}({{0}}, {{1}})", f"{name}({{0}}, {{1}})", f"sql.{name}({{0}}, {{1}})"),
            second=Limit.COUNT,
        )
        for name in ("left", "right")
    ),
    row(
        "split_part",
        (TEXT, TEXT, BIGINT),
        TEXT,
        (
            "split_part({0}, {1}, {2})",
            "split_part({0}, {1}, {2})",
            "sql.split_part({0}, {1}, {2})",
        ),
        second=Limit.SOME_TEXT,
        third=Limit.PLACE,
    ),
    row(
        "replace",
        (TEXT, TEXT, TEXT),
        TEXT,
        same("replace({0}, {1}, {2})", "sql.replace({0}, {1}, {2})"),
        second=Limit.SOME_TEXT,
    ),
    row(
        "strpos",
        (TEXT, TEXT),
        BIGINT,
        ("strpos({0}, {1})::bigint", "CAST(instr({0}, {1}) AS BIGINT)", "sql.strpos({0}, {1})"),
        second=Limit.SOME_TEXT,
    ),
    condition(
        "starts_with",
        (TEXT, TEXT),
        ("starts_with({0}, {1})", "startswith({0}, {1})", "sql.starts_with({0}, {1})"),
    ),
    Function(
        name="like",
        takes=(TEXT, TEXT),
        gives=BOOLEAN,
        postgres="{0:p} LIKE {1}",
        spark="{0:p} LIKE {1}",
        python="sql.like({0}, {1})",
        is_test=True,
        written=((1, Limit.PATTERN),),
    ),
)

CASTS: tuple[Function, ...] = (
    row("bigint", (BIGINT,), BIGINT, ("{0:p}::bigint", "CAST({0} AS BIGINT)", "{0}")),
    row(
        "bigint",
        (TEXT,),
        BIGINT,
        (
            f"substring({{0}} FROM '^{_INTEGER}$')::bigint",
            f"try_cast(regexp_extract({{0}}, '^{_INTEGER}\\\\z', 0) AS BIGINT)",
            "sql.bigint({0})",
        ),
    ),
    row(
        "double precision",
        (BIGINT,),
        DOUBLE,
        ("{0:p}::double precision", "CAST({0} AS DOUBLE)", "sql.double({0})"),
    ),
    row(
        "double precision",
        (TEXT,),
        DOUBLE,
        (
            f"substring({{0}} FROM '^(?:{_DECIMAL.replace('(', '(?:')})$')::double precision",
            f"try_cast(regexp_extract({{0}}, '^{_JAVA_DECIMAL}\\\\z', 0) AS DOUBLE)",
            "sql.double_from_text({0})",
        ),
    ),
    row("text", (BIGINT,), TEXT, ("{0:p}::text", "CAST({0} AS STRING)", "sql.text({0})")),
    row("text", (BOOLEAN,), TEXT, ("{0:p}::text", "CAST({0} AS STRING)", "sql.text({0})")),
    row("text", (DATE,), TEXT, ("to_char({0}, 'YYYY-MM-DD')", "CAST({0} AS STRING)", "sql.text({0})")),
)
