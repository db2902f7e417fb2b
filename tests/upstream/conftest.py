"""One server, and one project with captured responses that every rehearsal begins with a copy of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import MlbError
from tests.upstream.loop import NewDatabase, databases, populated
from tests.upstream.rehearsal import Rehearsal


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one worker: they share a server."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("upstream"))


@pytest.fixture(scope="session")
def new() -> Iterator[NewDatabase]:
    """Makes databases."""
    with databases() as made:
        yield made


@pytest.fixture(scope="session")
def base(new: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """The project before anything changes. Nobody changes it."""
    try:
        return populated(tmp_path_factory.mktemp("upstream") / "base", new)
    except MlbError as error:
        pytest.skip(f"no releases or captures: {error}")
