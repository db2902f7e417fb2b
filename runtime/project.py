"""Where things are: the project folder and the git-ignored `.mlb` folder below it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that holds `generated/`, and the state of its runtime in `.mlb/`."""

    root: Path

    @property
    def state(self) -> Path:
        """Everything that the runtime keeps on disk; git-ignored."""
        return self.root / ".mlb"

    @property
    def captures(self) -> Path:
        """Real responses, one folder per source."""
        return self.state / "captures"

    @property
    def archive(self) -> Path:
        """Exact bodies of every response, by digest."""
        return self.state / "archive"

    @property
    def rescued(self) -> Path:
        """Responses with values that no column holds, for the compiler to learn from."""
        return self.state / "rescued"

    @property
    def postgres(self) -> Path:
        """The embedded server, unless it has to live in a folder that its user can reach."""
        return self.state / "postgres"

    @property
    def migrations(self) -> Path:
        """Generated migrations and their hash chain."""
        return self.root / "generated" / "postgres"

    @property
    def dimensions(self) -> Path:
        """Generated statements that refresh the dimensions."""
        return self.migrations / "dimensions"

    @property
    def generated(self) -> Path:
        """What the compiler made."""
        return self.root / "generated"

    def shown(self, path: Path) -> str:
        """Return a path as a person in the project folder writes it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)
