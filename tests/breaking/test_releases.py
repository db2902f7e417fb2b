"""A release is written once, and holds surfaces and nothing else."""

from dataclasses import replace

import pytest

from compiler.breaking import Surfaces, releases
from tests.breaking.versions import first, without_column

ONE, TWO, THREE = first("0.1.0"), first("0.2.0"), without_column("rbi")(first("0.10.0"))


def _contents(*found: Surfaces) -> dict[str, bytes]:
    return {one.version: releases.packed(one) for one in found}


def test_what_is_packed_comes_back() -> None:
    assert releases.unpacked("0.1.0", releases.packed(ONE)) == ONE
    assert Surfaces.from_json(ONE.to_json()).to_json() == ONE.to_json()


def test_releases_come_in_the_order_of_their_chain() -> None:
    chain = releases.chained((ONE, TWO, THREE))
    assert releases.verified(chain, _contents(THREE, ONE, TWO)) == (ONE, TWO, THREE)
    assert chain.startswith(releases.chained((ONE, TWO)))


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (_contents(ONE), "is missing"),
        (_contents(ONE, TWO, THREE), "is not in"),
        ({**_contents(ONE), "0.2.0": releases.packed(without_column("rbi")(TWO))}, "was edited"),
        ({**_contents(ONE), "0.2.0": releases.packed(ONE)}, "holds version 0.1.0"),
        ({**_contents(ONE), "0.2.0": b"nothing packed"}, "0.2.0"),
    ],
)
def test_a_release_that_is_not_as_it_was_written_is_refused(contents: dict[str, bytes], reason: str) -> None:
    chain = releases.chained((ONE, TWO))
    with pytest.raises(releases.BrokenReleaseError, match=reason):
        releases.verified(chain, contents)


@pytest.mark.parametrize(
    ("version", "refused"),
    [("0.2.0", True), ("0.9.0", True), ("0.10.1", False), ("1.0.0", False), ("1.0", True), ("../x", True)],
)
def test_versions_only_grow(version: str, refused: bool) -> None:
    assert bool(releases.refusal(version, ("0.2.0", "0.10.0"))) == refused


def test_a_form_that_is_not_known_is_refused() -> None:
    text = ONE.to_json().replace('"format":1', '"format":2')
    with pytest.raises(ValueError, match="form 2"):
        Surfaces.from_json(text)
    with pytest.raises(ValueError, match="surfaces"):
        Surfaces.from_json("{}")


def test_the_digest_is_that_of_the_content() -> None:
    other = replace(ONE, reserved=())
    assert releases.chained((ONE,)) == releases.chained((other,))
