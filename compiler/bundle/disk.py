"""Compare a bundle with a folder, and write it there.

A write is staged whole in a folder inside the target, committed by one rename, and then moved into place file by
file; a run that is killed before the rename changed nothing, and one that is killed after it is finished by the
next (`recover`). Two runs at once wait for each other.
"""

import json
import os
import shutil
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import mkdtemp

from compiler.bundle.files import HISTORY, LOCK, Bundle, Lock, digest

try:
    import fcntl
except ImportError:
    fcntl = None

_STAGE = ".staged-"
_COMMITTED = ".committed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a folder differs from a bundle.

    `missing`: not there. `edited`: not as the compiler wrote it. `stale`: as written, but its inputs have moved on,
    or nothing yields it any more.
    """

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    edited: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the folder holds exactly the bundle."""
        return not (self.missing or self.stale or self.edited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write did, by path."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def compare(bundle: Bundle, root: Path, *, prune: bool = True) -> Comparison:
    """Tell how `root` differs from what `write` would make of it; nothing is written."""
    owned = _lock(root).outputs
    files, orphans = _target(bundle, root, prune=prune)
    present = {path: _read(root / path) for path in files}
    differing = {path: text for path, text in present.items() if text is not None and text != files[path]}
    edited = [path for path, text in differing.items() if path != LOCK and digest(text) != owned.get(path)]
    return Comparison(
        missing=tuple(path for path, text in present.items() if text is None),
        stale=tuple(sorted({*differing, *orphans} - {*edited})),
        edited=tuple(edited),
    )


def sides(bundle: Bundle, root: Path, *, prune: bool = True) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the outputs below `root` as they are, and as `write` would leave them."""
    files, orphans = _target(bundle, root, prune=prune)
    texts = {path: _read(root / path) for path in sorted({*_lock(root).outputs, *files, *orphans})}
    present = {path: text for path, text in texts.items() if text is not None}
    kept = {path: text for path, text in present.items() if path not in orphans}
    return present, {**kept, **files}


def patch(before: Mapping[str, str], after: Mapping[str, str], folder: str) -> str:
    """Return what differs between two states of a folder, as one unified diff that `patch -p1` takes."""
    paths = sorted({*before, *after})
    return "".join(_file_diff(path, before.get(path), after.get(path), folder) for path in paths)


def write(bundle: Bundle, root: Path, *, prune: bool = True) -> Written:
    """Make `root` hold the bundle: replace what differs, touch nothing else, remove what is no longer made.

    Without `prune` (a selection was compiled) all other outputs stay, on disk and in the lock.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        return _write(bundle, root, prune=prune)


def _write(bundle: Bundle, root: Path, *, prune: bool) -> Written:
    recover(root)
    files, orphans = _target(bundle, root, prune=prune)
    present = {path: _read(root / path) for path in files}
    differing = {path: files[path] for path, text in present.items() if text != files[path]}
    if differing or orphans:
        _commit(differing, orphans, root)
        recover(root)
    return Written(
        added=tuple(path for path in differing if present[path] is None),
        changed=tuple(path for path in differing if present[path] is not None),
        removed=orphans,
        unchanged=len(files) - len(differing),
    )


def finish(root: Path) -> bool:
    """Finish an interrupted write, if there is one, before what is there is read; return whether there was one."""
    if not root.is_dir():
        return False
    with _alone(root):
        return recover(root)


def recover(root: Path) -> bool:
    """Finish a write that was committed and interrupted; return whether there was one. Drop what was only staged."""
    for abandoned in root.glob(f"{_STAGE}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    committed = root / _COMMITTED
    if not committed.is_dir():
        return False
    journal: dict[str, list[str]] = json.loads((committed / "journal.json").read_text("utf-8"))
    for path in journal["remove"]:
        _remove(root / path, root)
    for path in journal["replace"]:
        _move(committed / "tree" / path, root / path)
    done = committed.rename(root / f"{_STAGE}done")
    shutil.rmtree(done, ignore_errors=True)
    return True


@contextmanager
def _alone(root: Path) -> Generator[None]:
    """Hold the folder's lock; the system lets go of it when a run dies. Windows has none, and does without."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _target(bundle: Bundle, root: Path, *, prune: bool) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the files that `root` shall hold, and those that it shall lose."""
    old = _lock(root)
    if prune:
        gone = {path for path in old.outputs if not path.startswith(HISTORY)} | {*bundle.dropped}
        orphans = sorted(gone - {*bundle.files})
        return bundle.files, tuple(path for path in orphans if (root / path).is_file())
    new = Lock.from_json(bundle.files[LOCK])
    merged = Lock(compiler=new.compiler, inputs=new.inputs, outputs={**old.outputs, **new.outputs})
    return {**bundle.files, LOCK: merged.to_json()}, ()


def _commit(files: Mapping[str, str], orphans: tuple[str, ...], root: Path) -> None:
    stage = Path(mkdtemp(prefix=_STAGE, dir=root))
    try:
        (stage / ".gitignore").write_text("*\n", "utf-8")
        ordered = sorted(files, key=lambda path: (path == LOCK, path))
        _stage(files, ordered, stage / "tree")
        journal = {"replace": ordered, "remove": orphans}
        (stage / "journal.json").write_text(json.dumps(journal), "utf-8")
        stage.rename(root / _COMMITTED)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def _stage(files: Mapping[str, str], paths: Iterable[str], tree: Path) -> None:
    for path in paths:
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[path].encode())


def _move(source: Path, target: Path) -> None:
    if source.exists():  # else a run that was killed here has moved it already
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _remove(path: Path, root: Path) -> None:
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            return
        folder.rmdir()


def _lock(root: Path) -> Lock:
    return Lock.from_json(_read(root / LOCK) or "")


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _file_diff(path: str, old: str | None, new: str | None, folder: str) -> str:
    if old == new:
        return ""
    lines = unified_diff(
        (old or "").splitlines(keepends=True),
        (new or "").splitlines(keepends=True),
        fromfile="/dev/null" if old is None else f"a/{folder}/{path}",
        tofile="/dev/null" if new is None else f"b/{folder}/{path}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
