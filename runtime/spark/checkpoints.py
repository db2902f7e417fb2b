"""Where a stream keeps how far it is: a folder of its own, which no other stream may use at the same time."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from runtime.errors import TerminalError
from runtime.locks import alone

_ELSEWHERE = "name another folder with --checkpoint"


@contextmanager
def held(place: str) -> Generator[str]:
    """Keep a checkpoint to ourselves for a block; yield its URI. One that is elsewhere is left to Spark to watch.

    Raises:
        TerminalError: another stream uses it, or it cannot be written.
    """
    if "://" in place:
        yield place
        return
    folder = _made(Path(place).absolute())
    with alone(folder / ".lock") as is_ours:
        if not is_ours:
            hint = f"stop that one, or {_ELSEWHERE}"
            raise TerminalError("another stream uses this checkpoint", where=str(folder), hint=hint)
        yield folder.as_uri()


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".lock").touch()
    except OSError as error:
        said = f"cannot write the checkpoint: {error.strerror}"
        raise TerminalError(said, where=str(folder), hint=_ELSEWHERE) from error
    return folder
