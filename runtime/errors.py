"""Every failure of the runtime: transient (try again) or terminal (someone must act).

Both say what failed, where, and what to do, because they are what a user sees: `cli` prints them without a
traceback. Nothing in them may carry a secret: `redact` is applied on the way in.
"""

import re

_URL_SECRET = re.compile(r"(?P<head>\b[a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@/]*@", re.IGNORECASE)
_PASSWORD = re.compile(
    r"(?P<head>\b(?:password|passwd|pgpassword|token)\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s&,]+)", re.IGNORECASE
)


def redact(text: str) -> str:
    """Hide the secrets of connection strings.

    >>> redact("postgresql://mlb:s3cret@127.0.0.1:5432/mlb?password=x")
    'postgresql://mlb:***@127.0.0.1:5432/mlb?password=***'
    """
    return _PASSWORD.sub(r"\g<head>***", _URL_SECRET.sub(r"\g<head>:***@", text))


class MlbError(Exception):
    """A failure with its message, the place it concerns and the way out."""

    exit_code = 2

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(redact(what))
        self.what = redact(what)
        self.where = redact(where) if where else None
        self.hint = redact(hint) if hint else None

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  --> {self.where}")
        if self.hint:
            lines.append(f"  = help: {self.hint}")
        return "\n".join(lines)


class TransientError(MlbError):
    """Trying again may help: a lock that was not granted, a server that starts, a network that failed."""


class TerminalError(MlbError):
    """Trying again does not help: somebody must change something first."""


class DataError(TerminalError):
    """The input is wrong, not the tool: exit code 1, the rest of the work goes on."""

    exit_code = 1


def interrupted(error: BaseException | None) -> bool:
    """Say whether an error is an interrupt, or came up while one was on its way out.

    A connection that was cut off in the middle of a command fails once more when it is closed.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
