"""The table of sources says what the releases hold, and names requests that are declared."""

import tarfile
from pathlib import Path, PurePosixPath

import pytest

from compiler.driver.compilation import load_api
from compiler.driver.session import Session
from compiler.ir.api import Operation
from compiler.project import discover
from runtime import captures
from runtime.capture import digest
from runtime.envelope import read
from runtime.errors import MlbError
from runtime.progress import Quiet
from runtime.project import Project
from runtime.sources import SOURCES, Asked, Bare

ROOT = Path(__file__).parents[3]
BARE = [(source, source.contents) for source in SOURCES if isinstance(source.contents, Bare)]
ASKED = {name: asked for _, bare in BARE for name, asked in bare.answers.items()}
UNDECLARED = [
    why.partition(" GET ")[2] for _, bare in BARE for why in bare.left_out.values() if " GET " in why
]


@pytest.fixture(scope="module")
def declared() -> dict[str, Operation]:
    return dict(load_api(Session(project=discover(ROOT))).operations)


@pytest.mark.parametrize("name", ASKED)
def test_a_request_is_one_that_is_declared(declared: dict[str, Operation], name: str) -> None:
    asked: Asked = ASKED[name]
    parameters = {
        (parameter.place, parameter.name)
        for variant in declared[asked.operation].variants
        for parameter in variant.parameters
    }
    named = {("path", one) for one in asked.path_params} | {("query", one) for one in asked.query_params}
    assert named <= parameters


@pytest.mark.parametrize("path", UNDECLARED)
def test_what_is_left_out_as_undeclared_is(declared: dict[str, Operation], path: str) -> None:
    assert path not in {variant.path for operation in declared.values() for variant in operation.variants}


def test_every_file_of_a_release_is_in_the_table_and_kept_byte_for_byte() -> None:
    project = Project(ROOT)
    try:
        captures.pull(project, Quiet())
    except MlbError as error:
        pytest.skip(f"no captures: {error}")
    kept = {file.name: read(str(file)).sha256 for file in map(Path, captures.files(project))}
    for source, bare in BARE:
        with tarfile.open(project.captures / source.filename) as tar:
            bodies = {
                PurePosixPath(member.name).name: tar.extractfile(member)
                for member in tar
                if source.holds(PurePosixPath(*PurePosixPath(member.name).parts[1:]))
            }
            assert bodies.keys() == bare.answers.keys() | bare.left_out.keys()
            assert not bare.answers.keys() & bare.left_out.keys()
            for name in bare.answers:
                body = bodies[name]
                assert body is not None
                assert kept[f"{name}.gz"] == digest(body.read())
