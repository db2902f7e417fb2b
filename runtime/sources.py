"""Where real responses come from: source distributions of public packages, pinned by digest."""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSource:
    """A release whose test data are responses of the API.

    `root` is the folder of their files below the release's own, `suffix` how their names end; with `envelope` each file
    says which request it answers.
    """

    package: str
    version: str
    filename: str
    sha256: str
    root: str
    suffix: str
    count: int
    envelope: bool = True

    @property
    def folder(self) -> str:
        """The folder of its files."""
        return f"{self.package}-{self.version}"

    def is_in(self, path: Path) -> bool:
        """Say whether a file is the release that is pinned."""
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256

    def holds(self, path: PurePosixPath) -> bool:
        """Say whether a file of the release is one of the bodies; a name that leads elsewhere is none."""
        return ".." not in path.parts and path.is_relative_to(self.root) and path.name.endswith(self.suffix)


SOURCES = (
    CaptureSource(
        package="pymlb_statsapi",
        version="1.4.3",
        filename="pymlb_statsapi-1.4.3.tar.gz",
        sha256="64b20f49b61dda9a930613d9249d4c901d6f07ad4bd18deba4df5cefe8fc9063",
        root="tests/bdd/stubs",
        suffix=".json.gz",
        count=44,
    ),
)
