"""What a subject is about, before anything slow is imported."""

from compiler.driver.explanation.report import Compiled


def view_of(compiled: Compiled, subject: str) -> tuple[str, str]:
    """Return the view or query that a subject is about, and the column, or ""; "" twice if it is about neither."""
    known = {spec.name for spec in compiled.inputs.views}
    owner, _, column = subject.rpartition(".")
    return (subject, "") if subject in known else (owner, column) if owner in known else ("", "")
