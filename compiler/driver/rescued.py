"""`observe --from-rescued`: fold the responses whose values found no place, as the runtime exported them.

A response is folded whole, so that presence is counted rightly and folding it again changes nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from compiler.driver.observation import Folded, observe
from compiler.driver.session import Session

RESCUED = ".mlb/rescued"
"""Where `mlb-etl drift --export` writes, below the project."""


def observe_rescued(session: Session, labels: Sequence[str], *, check: bool) -> Folded:
    """Fold the exported responses that `labels` name, or all of the project's; where none were, there is no work."""
    folder = session.project.root / RESCUED
    return observe(session, labels or ((_short(folder),) if folder.is_dir() else ()), "", check=check)


def _short(folder: Path) -> str:
    """Return the folder as the user would write it."""
    here = Path.cwd()
    return (folder.relative_to(here) if folder.is_relative_to(here) else folder).as_posix()
