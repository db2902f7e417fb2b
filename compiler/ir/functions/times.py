"""Days and instants: parts of an instant are those of a time zone that is named; differences are days and seconds."""

from compiler.ir.functions.row import BIGINT, DATE, DOUBLE, INSTANT, TEXT, Function, Limit, Templates, row

IN_ZONE = " in a zone"
"""How the names of functions end that take an instant and a time zone."""

_PARTS = {"year": "year", "month": "month", "day": "dayofmonth", "doy": "dayofyear", "isodow": "1 + weekday"}
_HOURS = {"hour": "hour", "minute": "minute"}
_EDGES = "BETWEEN TIMESTAMP{tz} '0001-01-02 00:00:00Z' AND TIMESTAMP{tz} '9999-12-30 00:00:00Z'"
"""A time zone moves an instant by less than a day: between these the local year is one of 1 to 9999."""

_SPARK_LOCAL = (
    "convert_timezone('UTC', {1}, TIMESTAMP_NTZ '1970-01-01 00:00:00' + "
    "make_dt_interval(0, 0, 0, unix_seconds({0})))"
)
"""What clocks show in a zone, whatever the time zone of the session is."""


def _local(postgres: str, spark: str, python: str) -> Templates:
    sql = postgres.format("{0:p} AT TIME ZONE {1}")
    spark = spark.format(_SPARK_LOCAL)
    return (
        f"CASE WHEN {{0:p}} {_EDGES.format(tz='TZ')} THEN {sql} END",
        f"CASE WHEN {{0:p}} {_EDGES.format(tz='')} THEN {spark} END",
        f"sql.{python}({{0}}, {{1}})",
    )


TIMES: tuple[Function, ...] = (
    *(
        row(
            name,
            (DATE,),
            BIGINT,
            (f"extract({name} FROM {{0}})::bigint", f"CAST({spark}({{0}}) AS BIGINT)", f"sql.{name}({{0}})"),
        )
        for name, spark in _PARTS.items()
    ),
    *(
        row(
            f"{name}{IN_ZONE}",
            (INSTANT, TEXT),
            BIGINT,
            _local(f"extract({name} FROM {{}})::bigint", f"CAST({spark}({{}}) AS BIGINT)", f"{name}_in_zone"),
            second=Limit.ZONE,
        )
        for name, spark in (_PARTS | _HOURS).items()
    ),
    row(
        f"date{IN_ZONE}",
        (INSTANT, TEXT),
        DATE,
        _local("({})::date", "CAST({} AS DATE)", "date_in_zone"),
        second=Limit.ZONE,
    ),
    row(
        "epoch",
        (INSTANT,),
        DOUBLE,
        (
            "(extract(epoch FROM {0}) * 1000000)::bigint::double precision / 1000000",
            "unix_micros({0}) / 1000000D",
            "sql.epoch({0})",
        ),
    ),
    row(
        "epoch",
        (INSTANT, INSTANT),
        DOUBLE,
        (
            "(extract(epoch FROM {0:p} - {1:p}) * 1000000)::bigint::double precision / 1000000",
            "(unix_micros({0}) - unix_micros({1})) / 1000000D",
            "sql.seconds_between({0}, {1})",
        ),
    ),
    row(
        "-",
        (DATE, DATE),
        BIGINT,
        ("({0:p} - {1:p})::bigint", "CAST(datediff({0}, {1}) AS BIGINT)", "sql.days_between({0}, {1})"),
    ),
)
