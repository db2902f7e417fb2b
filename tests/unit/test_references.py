"""A reference of the author's own holds keys of the dimension, or is refused."""

import pytest

from compiler.diagnostics import Sink
from compiler.frontends.fold import fold
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import ApiModel, Document, OpaqueRef, Operation, Variant
from compiler.passes import run
from compiler.source import Origin, SourceFile

MAPPING = """
operation: lab.lab
document: [document_key]
tables:
  lab.play:
    rows: $.plays[*]
    key: [play_index]
    columns: {play_index: {ordinal: 0}, by: {path: .by, references: lab.person}}
"""
DIMENSIONS = "lab.person: {key: person_id, link: people}\n"


@pytest.mark.parametrize(
    ("value", "codes"), [(7, []), ("seven", ["T101"]), (7.5, ["T101"]), ([7], ["T101"])], ids=str
)
def test_only_integers_reference(value: object, codes: list[str]) -> None:
    variant = Variant(http_method="GET", path="/lab", parameters=(), origin=Origin("lab.json"))
    operation = Operation(
        endpoint="lab", nickname="lab", summary="", response=OpaqueRef("object"), variants=(variant,)
    )
    api = ApiModel(documents=(Document(endpoint="lab", operations=(operation,), models=()),))
    sink = Sink()
    files = [SourceFile("mappings/lab.yaml", MAPPING), SourceFile("mappings/dimensions.yaml", DIMENSIONS)]
    observed = {"lab.lab": fold("lab.lab", {"plays": [{"by": value}]})}
    run(api, read_mappings(files, sink), observed, sink)
    assert [found.code for found in sink.diagnostics] == codes
