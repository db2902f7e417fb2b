"""P: the project, its files and what a command selects."""

from compiler.rules.rule import rule

PROJECT_SETTING = rule(
    "P101",
    "project-setting",
    """`[tool.mlbc]` of `pyproject.toml` has an unknown key or a value of the wrong kind. Keys, all of them folders:
`schemas`, `mappings`, `generated`.

    [tool.mlbc]
    mappings = "my/mappings"   # below the project's folder""",
)
UPSTREAM_MISSING = rule(
    "P102",
    "upstream-missing",
    """The upstream documents are not there: the package `pymlb_statsapi` is not installed in this environment, or
the folder of `--schemas` holds no `*.json`.""",
)
FILE_UNREADABLE = rule(
    "P103",
    "file-unreadable",
    """An input cannot be read, or is not UTF-8. Mappings, facts and documents are text in UTF-8: save the file as
that, and look at its permissions.""",
)
UNKNOWN_SELECTION = rule(
    "P104",
    "unknown-selection",
    """SELECT names no operation and no table: `game.liveGameV1`, `game.*`, `table:game.live_game_plays`.""",
)
MAPPING_EXISTS = rule(
    "P105",
    "mapping-exists",
    """`mlbc scaffold` writes a new mapping and never over one: the operation has one, or the file is there.

    mlbc scaffold team.roster --stdout     # print it, and take over what you want""",
)
