"""The gate: the four surfaces of the present version against those of others, and what breaks whom.

surfaces   what a version promises: tables, Avro schemas, models, what Spark gives
reading    artefacts -> surfaces
rules      every rule, with its category: CODE, SQL, WIRE, DATA
compare    two versions -> findings, one per cause, with its effect on each artefact
avro       resolution by rule, and by really writing and reading
releases   released versions, packed, in a chain of digests
baseline   breaks that are meant
report     findings as diagnostics, and what was compared
"""

from compiler.breaking.baseline import Judged, accepting, judge
from compiler.breaking.compare import compare
from compiler.breaking.findings import Effect, Finding, Surface, across
from compiler.breaking.reading import ArtefactError, is_read, read
from compiler.breaking.report import GateReport, diagnostic
from compiler.breaking.rules import RULES, BreakingRule, Category, page
from compiler.breaking.surfaces import Surfaces

__all__ = [
    "RULES",
    "ArtefactError",
    "BreakingRule",
    "Category",
    "Effect",
    "Finding",
    "GateReport",
    "Judged",
    "Surface",
    "Surfaces",
    "accepting",
    "across",
    "compare",
    "diagnostic",
    "is_read",
    "judge",
    "page",
    "read",
]
