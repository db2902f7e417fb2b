"""How two definitions of an operation differ, and what is read of `registry.json`."""

import json
from pathlib import Path

import pytest

from runtime import definitions
from runtime.definitions import Definition, Kind, differences
from runtime.errors import TerminalError
from tests.support.definitions import column, definition, digest_of, table

BEFORE = definition(table("d.plays", column("id"), column("inning"), column("note", "text")))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (definition(table("d.plays", column("id"), column("inning"), column("note", "text"))), []),
        (
            definition(
                table("d.plays", column("id"), column("inning"), column("note", "text"), column("outs")),
                table("d.runs", column("id")),
            ),
            ["added d.plays.outs", "added d.runs"],
        ),
        (
            definition(
                table("d.plays", column("id"), column("inning"), column("note", "text", given_up="0002"))
            ),
            ["deprecated d.plays.note: nothing fills it any more"],
        ),
        (
            definition(table("d.plays", column("id"), column("inning", "text"), column("note", "text"))),
            ["breaking d.plays.inning: bigint -> text"],
        ),
        (
            # another type is made beside the old, which keeps its rows under another name
            definition(
                table(
                    "d.plays",
                    column("id"),
                    column("inning__0002", was=["inning"], given_up="0002"),
                    column("inning", "text"),
                    column("note", "text"),
                )
            ),
            ["breaking d.plays.inning: bigint -> text"],
        ),
        (
            definition(
                table("d.plays", column("id"), column("inning"), column("remark", "text", was=["note"]))
            ),
            ["breaking d.plays.note: renamed to d.plays.remark"],
        ),
        (definition(table("d.plays", column("id"), column("inning"))), ["breaking d.plays.note: is gone"]),
        (definition(), ["breaking d.plays: is gone"]),
        (
            definition(
                table("d.plays", column("id"), column("inning"), column("note", "text"), given_up="0002")
            ),
            ["deprecated d.plays: nothing fills it any more"],
        ),
        (
            definition(
                table("d.acts", column("id"), column("inning"), column("note", "text"), was=["d.plays"])
            ),
            ["breaking d.plays: renamed to d.acts"],
        ),
        (
            # readers of the former name find a view
            definition(
                table(
                    "d.acts",
                    *(column("id"), column("inning"), column("outs")),
                    column("remark", "text", was=["note"], **{"from": "$.note"}),
                    was=["d.plays"],
                    also=["d.plays"],
                )
            ),
            ["changed d.plays: from $ -> from d.acts, as a view", "added d.plays.outs"],
        ),
        (
            definition(
                table("d.plays", column("id"), column("inning"), column("note", "text"), key=["id", "inning"])
            ),
            ["breaking d.plays: key (id) -> key (id, inning)"],
        ),
        (
            definition(
                table("d.plays", column("id"), column("inning"), column("note", "text", **{"from": "$.b"}))
            ),
            ["changed d.plays.note: from $.note -> from $.b"],
        ),
        (
            definition(*BEFORE["tables"], urls=["/v1/x", "/v2/x"], ignored=["$.copyright"]),
            ["changed urls: /v1/x -> /v1/x, /v2/x", "changed ignored: none -> $.copyright"],
        ),
        (
            definition(
                *BEFORE["tables"], raw={"name": "d.x", "columns": [column("id"), column("day", "date")]}
            ),
            ["added d.x.day"],
        ),
    ],
)
def test_differences(after: Definition, expected: list[str]) -> None:
    assert [f"{one.kind} {one}" for one in differences(BEFORE, after)] == expected
    assert differences(after, after) == ()


def test_what_is_given_up_can_be_taken_up_again_or_dropped() -> None:
    given_up = definition(
        table("d.plays", column("id"), column("inning"), column("note", "text", given_up="0002"))
    )
    dropped = definition(table("d.plays", column("id"), column("inning")))
    assert [(one.kind, str(one)) for one in differences(given_up, BEFORE)] == [
        (Kind.ADDED, "d.plays.note: filled again")
    ]
    assert [str(one) for one in differences(given_up, dropped)] == ["d.plays.note: is gone"]


def test_reading(tmp_path: Path) -> None:
    assert definitions.read(tmp_path) == {}
    (tmp_path / "registry.json").write_text(json.dumps({"format": 1, "operations": {"d.x": BEFORE}}))
    assert definitions.read(tmp_path) == {"d.x": BEFORE}
    for text, message in (
        ("{", "no registry"),
        ("[]", "no registry"),
        ("{}", "no registry"),
        ('{"format": 2, "operations": {}}', "form 2 of the registry is not known"),
    ):
        (tmp_path / "registry.json").write_text(text)
        with pytest.raises(TerminalError, match=message) as caught:
            definitions.read(tmp_path)
        assert "make generate" in (caught.value.hint or "")


def test_the_digest_is_that_of_the_canonical_definition() -> None:
    """Tools can check a row of metadata.schema_versions without this compiler."""
    found = definitions.read(Path(__file__).parents[3] / "generated")
    assert found
    assert all(digest_of(one) == one.get("digest") for one in found.values())
