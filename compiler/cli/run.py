"""Run one verb: open the project, call the driver, print findings and report, tell the exit code."""

import json
import os
import sys
import traceback
from collections.abc import Callable

import click

from compiler.cli.settings import Progress, Settings, settings_of
from compiler.driver import MarkdownReport, Report, Session
from compiler.project import ProjectError

CLEAN, FINDINGS, CANNOT_WORK, INTERRUPTED = 0, 1, 2, 130


class BugError(Exception):
    """Something escaped that is no mistake of the user."""

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


def execute(
    context: click.Context, verb: Callable[[Session], Report | None], *, findings_on: str = "err"
) -> int:
    """Run a verb; its report goes to stdout, findings to stderr unless they are the report of tools."""
    settings = settings_of(context)
    try:
        session = settings.session()
    except ProjectError as error:
        settings.show_findings([error.diagnostic], {}, sys.stderr)
        return CANNOT_WORK
    try:
        report = verb(session)
    except ProjectError as error:
        session.sink.report(error.diagnostic)
        return _finish(settings, session, None, CANNOT_WORK)
    except (OSError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise BugError(session.stage) from error
    finally:
        if isinstance(session.collector, Progress):
            session.collector.close()
    is_input_unreadable = any(found.code.startswith("P") for found in session.findings)
    code = CANNOT_WORK if is_input_unreadable else _code(session, report)
    if findings_on == "err":
        return _finish(settings, session, report, code)
    is_told = settings.form == "markdown" and isinstance(report, MarkdownReport)
    is_for_tools = settings.form in {"json", "github"}
    return _finish(settings, session, report, code, is_for_tools=is_for_tools, is_told=is_told)


def _code(session: Session, report: Report | None) -> int:
    return FINDINGS if report is None or report.differs or session.failed else CLEAN


def _finish(
    settings: Settings,
    session: Session,
    report: Report | None,
    code: int,
    *,
    is_for_tools: bool = False,
    is_told: bool = False,
) -> int:
    """Print what there is to say; findings are left to a report that tells of them."""
    stream = sys.stdout if is_for_tools else sys.stderr
    settings.show_findings(() if is_told else session.findings, session.project.seen, stream)
    if report is not None and not (is_for_tools and settings.form == "github"):
        show(settings, report)
    return code


def show(settings: Settings, report: Report) -> None:
    """Print a report: objects one a line for tools, text for people, or as Markdown if it is ever read as that."""
    if settings.form == "json":
        for entry in report.to_objects():
            click.echo(json.dumps(entry, ensure_ascii=False))
    elif not settings.is_quiet and (text := _text(settings, report)):
        click.echo(text)


def _text(settings: Settings, report: Report) -> str:
    if settings.form == "markdown" and isinstance(report, MarkdownReport):
        return report.to_markdown()
    return report.to_text()


def report_bug(error: BaseException) -> int:
    """Say that this is our fault, and where it happened."""
    cause = error.__cause__ or error
    stage = f" in stage `{error.stage}`" if isinstance(error, BugError) else ""
    click.echo(f"error: this is a bug in mlbc{stage}: {type(cause).__name__}: {cause}", err=True)
    if os.environ.get("MLBC_TRACEBACK") == "1":
        click.echo("".join(traceback.format_exception(cause)), err=True)
    else:
        click.echo("  = help: MLBC_TRACEBACK=1 shows where", err=True)
    return CANNOT_WORK
