"""`migrate diff`, `migrate verify`: the migration that would come next, and whether the committed ones are whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from compiler.driver.compilation import checked_plan, emit
from compiler.driver.evolution import read_history, read_past
from compiler.driver.session import Session
from compiler.migrate import FOLDER, verify, verify_state
from compiler.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The migrations that `generate` would append, if there are any: the name of the first, and all their text."""

    name: str = ""
    text: str = ""

    @property
    def differs(self) -> bool:
        """Whether there is one."""
        return bool(self.name)

    def to_text(self) -> str:
        """Return its text."""
        return self.text.rstrip("\n")

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return it as one object."""
        return ({"name": self.name, "text": self.text},) if self.name else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Migrations that are whole, and the catalog that they lead to."""

    migrations: tuple[str, ...]
    catalog: str
    differs: bool = False

    def to_text(self) -> str:
        """Return a count."""
        return f"{counted(len(self.migrations), 'migration')} as written; the catalog is {self.catalog}"

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the names as one object."""
        return ({"migrations": list(self.migrations), "catalog": self.catalog},)


def migrate_diff(session: Session, name: str = "") -> Pending | None:
    """Compile the tables and return what `generate` would append; None if that fails."""
    past = read_past(session, slug=name)
    plan = checked_plan(session)
    if plan is None:
        return None
    files = emit(session, plan, ("postgres",), past).files
    if session.failed:
        return None
    new = [path for path in files if path.startswith(f"{FOLDER}/") and path not in past.history.files]
    if not new:
        return Pending()
    return Pending(name=PurePosixPath(new[0]).stem, text="\n".join(files[path] for path in new))


def migrate_verify(session: Session) -> Verified | None:
    """Verify what is committed; None if it is broken."""
    history = read_history(session)
    verify(history, session.sink)
    if not session.failed:
        verify_state(history, session.sink)
    if session.failed:
        return None
    return Verified(migrations=tuple(history.migrations), catalog=history.head)
