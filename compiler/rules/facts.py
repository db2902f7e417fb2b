"""O: captures and the facts observed in them."""

from compiler.diagnostics import Severity
from compiler.rules.rule import rule

FACTS_SYNTAX = rule(
    "O101",
    "facts-syntax",
    """A file in `schemas/observed` is not JSON, or counts another number of responses than it lists captures: a
merge of two branches may have left that. Take either side and fold the captures of the other again:
`mlbc observe FILE...`.""",
)
FACTS_WRONG_KIND = rule(
    "O102",
    "facts-wrong-kind",
    """A file in `schemas/observed` is not what `mlbc observe` writes: an unknown kind or key, a count that is not a
whole number, a path that does not parse. These files are written by `mlbc observe` alone.""",
)
CAPTURE_UNREADABLE = rule(
    "O103",
    "capture-unreadable",
    """A capture is missing, truncated or not JSON. It contributes nothing; the other captures are folded all the
same.""",
)
CAPTURE_SKIPPED = rule(
    "O104",
    "capture-skipped",
    """A capture is not a response to learn from: its status is not 200, or its body is HTML. It contributes
nothing.""",
    Severity.WARNING,
)
CAPTURE_OPERATION = rule(
    "O105",
    "capture-operation",
    """The operation of a capture is unknown: neither its envelope (`endpoint`, `method`) nor `--operation` names
one that an upstream document declares.

    mlbc observe body.json                                  # a bare body does not say what it is
    mlbc observe body.json --operation season.seasons       # good""",
)
CAPTURE_WIDENS = rule(
    "O106",
    "capture-widens",
    """`mlbc observe --check`: a capture holds a path, a kind, a class of text or a size that the committed facts do
not know. Run `mlbc observe` on it and look at the diff.""",
)
FACTS_OPERATION = rule(
    "O107",
    "facts-operation",
    """A file in `schemas/observed` belongs to no declared operation, or lies under another name than its
operation's. Facts of an operation that upstream has dropped are of no use: delete the file.""",
)
