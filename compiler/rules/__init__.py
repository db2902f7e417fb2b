"""Every rule of the compiler. Codes by family: a module each; a code is never reused."""

from compiler.rules import expressions, facts, grammar, history, meaning, physical, project, swagger, views
from compiler.rules.expressions import (
    SQL_SYNTAX,
    SQL_TYPE,
    SQL_UNKNOWN_COLUMN,
    SQL_UNSUPPORTED,
)
from compiler.rules.facts import (
    CAPTURE_OPERATION,
    CAPTURE_SKIPPED,
    CAPTURE_UNREADABLE,
    CAPTURE_WIDENS,
    FACTS_OPERATION,
    FACTS_SYNTAX,
    FACTS_WRONG_KIND,
)
from compiler.rules.grammar import (
    COLUMN_SOURCE,
    DEFINED_TWICE,
    DUPLICATE_KEY,
    FILTER_SYNTAX,
    MISSING_KEY,
    PATH_SYNTAX,
    UNKNOWN_KEY,
    UNKNOWN_PATH,
    UNKNOWN_VALUE,
    WRONG_KIND,
    YAML_SYNTAX,
)
from compiler.rules.history import (
    CATALOG_STATE,
    HISTORY_BROKEN,
    NOT_ADDITIVE,
)
from compiler.rules.meaning import (
    BAD_COLUMN,
    BAD_ROWS,
    NULL_KEY,
    REPEATED_KEY,
    ROWS_LEFT_OVER,
    ROWS_WITHOUT_PLACE,
    SHAPE_CONFLICT,
    TABLE_WITHOUT_KEY,
    UNKNOWN_ANCHOR,
    UNKNOWN_DETAIL,
    UNKNOWN_DIMENSION,
    UNKNOWN_FRAGMENT,
    UNKNOWN_KEY_COLUMN,
    UNKNOWN_OPERATION,
    UNUSED_FRAGMENT,
)
from compiler.rules.physical import (
    COLUMN_COLLISION,
    RAW_KEY_COLLISION,
    RELATION_COLLISION,
    TABLE_COLLISION,
    TOO_MANY_COLUMNS,
    TYPE_CONFLICT,
)
from compiler.rules.project import (
    FILE_UNREADABLE,
    MAPPING_EXISTS,
    PROJECT_SETTING,
    UNKNOWN_SELECTION,
    UPSTREAM_MISSING,
)
from compiler.rules.rule import Rule
from compiler.rules.swagger import (
    SWAGGER_MISSING_KEY,
    SWAGGER_MISSING_MODEL,
    SWAGGER_RESPONSE_CONFLICT,
    SWAGGER_SYNTAX,
    SWAGGER_WRONG_KIND,
    UPSTREAM_CHANGED,
    UPSTREAM_LOCK,
)

__all__ = [
    "BAD_COLUMN",
    "BAD_ROWS",
    "CAPTURE_OPERATION",
    "CAPTURE_SKIPPED",
    "CAPTURE_UNREADABLE",
    "CAPTURE_WIDENS",
    "CATALOG_STATE",
    "COLUMN_COLLISION",
    "COLUMN_SOURCE",
    "DEFINED_TWICE",
    "DUPLICATE_KEY",
    "FACTS_OPERATION",
    "FACTS_SYNTAX",
    "FACTS_WRONG_KIND",
    "FILE_UNREADABLE",
    "FILTER_SYNTAX",
    "HISTORY_BROKEN",
    "MAPPING_EXISTS",
    "MISSING_KEY",
    "NOT_ADDITIVE",
    "NULL_KEY",
    "PATH_SYNTAX",
    "PROJECT_SETTING",
    "RAW_KEY_COLLISION",
    "RELATION_COLLISION",
    "REPEATED_KEY",
    "ROWS_LEFT_OVER",
    "ROWS_WITHOUT_PLACE",
    "RULES",
    "SHAPE_CONFLICT",
    "SQL_SYNTAX",
    "SQL_TYPE",
    "SQL_UNKNOWN_COLUMN",
    "SQL_UNSUPPORTED",
    "SWAGGER_MISSING_KEY",
    "SWAGGER_MISSING_MODEL",
    "SWAGGER_RESPONSE_CONFLICT",
    "SWAGGER_SYNTAX",
    "SWAGGER_WRONG_KIND",
    "TABLE_COLLISION",
    "TABLE_WITHOUT_KEY",
    "TOO_MANY_COLUMNS",
    "TYPE_CONFLICT",
    "UNKNOWN_ANCHOR",
    "UNKNOWN_DETAIL",
    "UNKNOWN_DIMENSION",
    "UNKNOWN_FRAGMENT",
    "UNKNOWN_KEY",
    "UNKNOWN_KEY_COLUMN",
    "UNKNOWN_OPERATION",
    "UNKNOWN_PATH",
    "UNKNOWN_SELECTION",
    "UNKNOWN_VALUE",
    "UNUSED_FRAGMENT",
    "UPSTREAM_CHANGED",
    "UPSTREAM_LOCK",
    "UPSTREAM_MISSING",
    "WRONG_KIND",
    "YAML_SYNTAX",
    "Rule",
]

_FAMILIES = (swagger, grammar, facts, project, meaning, physical, history, views, expressions)

RULES: dict[str, Rule] = {
    found.code: found for family in _FAMILIES for found in vars(family).values() if isinstance(found, Rule)
}
"""Every rule, by code."""
