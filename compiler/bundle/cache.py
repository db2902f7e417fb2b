"""Texts that are dear to make, kept by the digest of all that they are made from."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class TextCache(Protocol):
    """A store that may forget: the same key always means the same text."""

    def get(self, key: str) -> str | None:
        """Return the text, or None."""
        ...

    def put(self, key: str, text: str) -> None:
        """Keep a text."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryCache:
    """A cache for the life of the process."""

    texts: dict[str, str] = field(default_factory=dict[str, str])

    def get(self, key: str) -> str | None:
        """Return the text, or None."""
        return self.texts.get(key)

    def put(self, key: str, text: str) -> None:
        """Keep a text."""
        self.texts[key] = text


@dataclass(frozen=True, slots=True)
class FolderCache:
    """One file per key in a folder that git ignores. A cache that cannot be read or written is only slow."""

    folder: Path

    def get(self, key: str) -> str | None:
        """Return the text, or None."""
        try:
            return (self.folder / key).read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            return None

    def put(self, key: str, text: str) -> None:
        """Keep a text; a reader never sees half of it."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = self.folder / f"{key}.partial"
            partial.write_bytes(text.encode())
            partial.replace(self.folder / key)
