"""The functions that a SELECT may call: those of PostgreSQL that read and compute.

Data first: a line per group. A function that is not here is an error, so that a misspelt one, another database's, or
one that changes something is found before a database sees it.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What is known of a function. `returns` is "" where it depends on its arguments, or is left to sqlglot.

    `is_portable`: Spark has it, and it means the same there. `since`: the major version of PostgreSQL that brought
    it, where that is not the oldest that is supported.
    """

    returns: str = ""
    is_portable: bool = False
    since: int = 0


def _group(
    names: str, returns: str = "", *, portable: bool = False, since: int = 0
) -> Iterator[tuple[str, Function]]:
    for name in names.split():
        yield name, Function(returns=returns, is_portable=portable, since=since)


FUNCTIONS: dict[str, Function] = dict(
    (
        # aggregates
        *_group("count", "bigint", portable=True),
        *_group("sum avg min max", portable=True),
        *_group("bool_or bool_and", "boolean", portable=True),
        *_group(
            "stddev_samp stddev_pop var_samp var_pop corr covar_pop covar_samp regr_slope regr_intercept regr_r2",
            "double precision",
            portable=True,
        ),
        *_group("percentile_cont", "double precision"),
        *_group("stddev variance regr_count regr_avgx regr_avgy percentile_disc mode every"),
        *_group("any_value", since=16),
        *_group("string_agg", "text"),
        *_group("array_agg"),
        *_group("jsonb_agg jsonb_object_agg", "jsonb"),
        # windows
        *_group("row_number rank dense_rank", "bigint", portable=True),
        *_group("ntile", "integer", portable=True),
        *_group("percent_rank cume_dist", "double precision", portable=True),
        *_group("lag lead first_value last_value nth_value", portable=True),
        # numbers
        *_group("abs mod", portable=True),
        *_group(
            "sqrt power exp ln sin cos tan asin acos atan atan2 radians degrees pi",
            "double precision",
            portable=True,
        ),
        *_group("floor ceil ceiling round trunc sign log log10 div cbrt gcd width_bucket"),
        # texts
        *_group("length char_length", "integer", portable=True),
        *_group("octet_length ascii strpos position", "integer"),
        *_group("lower upper replace concat_ws", "text", portable=True),
        *_group(
            "initcap substr substring left right split_part trim btrim ltrim rtrim concat"
            " lpad rpad reverse repeat translate chr md5 format to_char regexp_replace regexp_substr"
            " quote_literal overlay encode",
            "text",
        ),
        *_group("starts_with regexp_like like_escape", "boolean"),
        *_group("regexp_match regexp_split_to_array string_to_array", "text[]"),
        *_group("regexp_count", "integer"),
        # times
        *_group("now to_timestamp make_timestamptz", "timestamptz"),
        *_group("make_date to_date", "date"),
        *_group("make_interval justify_hours justify_days age", "interval"),
        *_group("date_part", "double precision"),
        *_group("extract", "numeric"),
        *_group("date_trunc date_bin timezone overlaps"),
        # jsonb
        *_group(
            "jsonb_path_query jsonb_path_query_first jsonb_path_query_array jsonb_array_elements jsonb_build_object"
            " jsonb_build_array jsonb_extract_path jsonb_strip_nulls to_jsonb jsonb_object jsonb_set",
            "jsonb",
        ),
        *_group(
            "jsonb_array_elements_text jsonb_object_keys jsonb_typeof jsonb_extract_path_text jsonb_pretty",
            "text",
        ),
        *_group("jsonb_array_length", "integer"),
        *_group("jsonb_path_exists", "boolean"),
        *_group("jsonb_each jsonb_each_text jsonb_to_record jsonb_to_recordset"),
        # arrays and rows
        *_group("array_length cardinality array_position", "integer"),
        *_group("array_to_string", "text"),
        *_group("unnest generate_series generate_subscripts array_append array_remove array_cat"),
    )
)
"""By name, in lower case."""
