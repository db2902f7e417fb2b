"""Print `compiler/COMPLIANCE.md` from what is declared."""

from collections.abc import Iterator

from tests.compliance.constructs import SECTIONS
from tests.compliance.outcomes import TARGETS, Construct, Fate, Outcome

HEAD = """# Compliance

What becomes of anything that a response can hold, in every target. Printed from `tests/compliance/constructs.py`; each
cell is proved by tests that push the construct through the target, and fail if the outcome is worse *or better*.

| outcome | what becomes of the value |
| --- | --- |
| exact | it comes back as it was, from a place of its own type |
| json | it comes back as it was, from a place that holds any JSON |
| rescued | no column holds it; it comes back as it was from the rescued values |
| canonical | it comes back equal in meaning, spelled otherwise |
| never | it is refused, with the reason; the response itself is always kept |

* Compared is parsed JSON: `1` is not `1.0`, but `1e2` is `100.0`; keys have no order.
* JSON Schema: *exact* is described, *json* is allowed but not described.
* Avro: written by fastavro with `strict=True`; read by it and by the official `avro` package, which must agree.
* Pydantic: `model_validate`, then `model_dump(by_alias=True, exclude_unset=True)`.
* Local, Postgres, Spark: rows and rescued values, put together again; in Postgres after they were loaded and read back.
"""


def printed() -> str:
    """Return the page."""
    reasons: dict[str, int] = {}
    sections = [
        line for title, constructs in SECTIONS.items() for line in _section(title, constructs, reasons)
    ]
    notes = [f"{number}. {reason}" for reason, number in reasons.items()]
    return "\n".join([HEAD, *sections, "## Reasons", "", *notes, ""])


def _section(title: str, constructs: tuple[Construct, ...], reasons: dict[str, int]) -> Iterator[str]:
    yield from (f"## {title}", "", f"| | {' | '.join(TARGETS)} |", f"|{' --- |' * (len(TARGETS) + 1)}")
    for one in constructs:
        cells = (_cell(one.outcomes[target], reasons) for target in TARGETS)
        yield f"| {one.name} | {' | '.join(cells)} |"
    yield ""


def _cell(outcome: Outcome, reasons: dict[str, int]) -> str:
    if outcome.fate is Fate.EXACT:
        return "exact"
    number = reasons.setdefault(outcome.reason, len(reasons) + 1)
    return f"{outcome.fate.name.lower()} ({number})"
