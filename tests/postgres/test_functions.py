"""The functions that a SELECT may call are those of the server, from the oldest supported version on."""

from compiler.passes.views.functions import FUNCTIONS
from compiler.passes.views.newer import OLDEST
from runtime.database import Connection, binaries

WORDS = {"trim"}
"""What the grammar of PostgreSQL turns into another function."""


def test_the_compiler_and_the_runtime_name_one_oldest_version() -> None:
    assert OLDEST == binaries.OLDEST


def test_a_server_has_the_functions_of_its_version_and_no_newer_one(connection: Connection) -> None:
    major = connection.info.server_version // 10_000
    there = WORDS | {name for (name,) in connection.execute("SELECT proname FROM pg_proc")}
    assert {name for name, function in FUNCTIONS.items() if function.since <= major} == there & {*FUNCTIONS}
