"""The whole compiler on one page: read the inputs, make the Plan, emit the Bundle."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from compiler.bundle import Bundle, FolderCache, digest, format_python, seal
from compiler.diagnostics import Diagnostic, Severity, Sink, did_you_mean
from compiler.driver.evolution import NO_PAST, Past, has_history
from compiler.driver.former import fitting, former_views
from compiler.driver.session import Session, endpoint_of
from compiler.frontends.mapping import read_mappings
from compiler.frontends.observed import file_of, read_facts
from compiler.frontends.swagger import read_api
from compiler.frontends.upstream import UpstreamLock, declared, no_lock, read_lock, report_mismatch
from compiler.frontends.views import read_views
from compiler.ir.api import ApiModel
from compiler.ir.facts import Observed
from compiler.ir.mapping import MappingTree
from compiler.ir.plan import Plan
from compiler.ir.views import ViewSpec
from compiler.passes import Listener, run
from compiler.project import ProjectError, Upstream
from compiler.rules import FACTS_OPERATION, UNKNOWN_SELECTION
from compiler.source import Origin

DISTRIBUTION = "mlb-stats-compiler"
CACHE = ".mlb/cache"
_TEMPLATES = {".jinja", ".sql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a compilation depends on."""

    api: ApiModel
    mapping: MappingTree
    observed: Mapping[str, Observed]
    views: tuple[ViewSpec, ...] = ()


def compile_project(session: Session) -> Bundle | None:
    """Compile everything; None if the inputs have errors."""
    plan = checked_plan(session)
    bundle = None if plan is None else emit(session, plan)
    return None if session.failed else bundle


def plan_project(session: Session) -> Plan | None:
    """Read the inputs and make the Plan; None if they have errors."""
    return make_plan(session, load(session))


def make_plan(session: Session, inputs: Inputs, listen: Listener | None = None) -> Plan | None:
    """Run the passes; None if there are errors. `listen` hears the Plan after each pass."""
    if session.failed:
        return None
    with session.during("passes"):
        plan = run(inputs.api, inputs.mapping, inputs.observed, session.sink, listen)
    return None if session.failed else plan


def checked_plan(session: Session) -> Plan | None:
    """Make the Plan, with its views, and hold it against what the targets refuse; None if there are errors."""
    inputs = load(session)
    plan = make_plan(session, inputs)
    if plan is None:
        return None
    from compiler.backends.postgres.checks import check  # slow to import

    with session.during("check"):
        check(plan, session.sink)
    return None if session.failed else with_views(session, inputs, plan)


def with_views(session: Session, inputs: Inputs, plan: Plan) -> Plan | None:
    """Bind the views and the queries to the tables; None if there are errors."""
    specs = (*inputs.views, *former_views(plan, inputs.views))
    if not specs:
        return plan
    from compiler.driver.views import bound_views  # sqlglot is slow to import

    with session.during("views"):
        views = bound_views(session, specs, plan)
    return None if session.failed else replace(plan, views=views)


def load(session: Session) -> Inputs:
    """Read upstream documents, mappings and observed facts."""
    api = load_api(session)
    with session.during("mappings"):
        mapping = read_mappings(session.project.mapping_files(session.sink), session.sink)
        folder = session.project.mappings
        views = read_views(session.project.view_files(session.sink), folder, session.sink)
    with session.during("observed facts"):
        observed = load_observed(session, api)
    return Inputs(api=api, mapping=mapping, observed=observed, views=views)


def load_api(session: Session) -> ApiModel:
    """Read the upstream documents and hold them against the lock."""
    with session.during("upstream documents"):
        upstream = session.project.upstream(session.sink)
        found = Sink()
        api = read_api(upstream.files, found)
        lock = accepted(session)
        accept_findings(session, found, lock, upstream)
        current = current_lock(upstream, api)
    if lock is not None:
        report_mismatch(session.project.lock_path, lock, current, session.sink)
    return api


def accepted(session: Session) -> UpstreamLock | None:
    """Read the lock; a missing one is reported."""
    file = session.project.read(session.project.lock_path, session.sink)
    if file is None:
        session.sink.report(no_lock(session.project.lock_path))
        return None
    return read_lock(file, session.sink)


def accept_findings(session: Session, found: Sink, lock: UpstreamLock | None, upstream: Upstream) -> None:
    """Report what is wrong with the documents; warnings about an accepted document were accepted with it."""
    known = lock.documents if lock else upstream.digests  # with no lock, that is the one thing to say
    for finding in found.diagnostics:
        endpoint = endpoint_of(finding.origin.file)
        is_accepted = known.get(endpoint) == upstream.digests.get(endpoint)
        if finding.severity is Severity.ERROR or not is_accepted:
            session.sink.report(finding)


def current_lock(upstream: Upstream, api: ApiModel) -> UpstreamLock:
    """Return the lock that would accept the present documents."""
    return UpstreamLock(
        package=upstream.package,
        version=upstream.version,
        documents=upstream.digests,
        declared=declared(api),
    )


def load_observed(session: Session, api: ApiModel) -> dict[str, Observed]:
    """Read the facts; each file must belong to a declared operation."""
    files = session.project.observed_files(session.sink)
    observed = read_facts(files, session.sink)
    folder = f"{session.project.schemas}/observed"
    expected = {f"{folder}/{file_of(name)}" for name in observed if name in api.operations}
    undeclared = {f"{folder}/{file_of(name)}": name for name in observed if name not in api.operations}
    for file in files:
        if file.path not in expected and not session.sink.failed:
            session.sink.report(_strange_facts(file.path, undeclared.get(file.path)))
    return observed


def _strange_facts(path: str, operation: str | None) -> Diagnostic:
    if operation is None:
        message = "these facts lie under another name than that of their operation"
        return FACTS_OPERATION.at(
            Origin(path), message, advice="move the file, or observe the captures again"
        )
    message = f"no upstream document declares `{operation}`"
    advice = "delete these facts, and the mapping of the operation if it has one"
    return FACTS_OPERATION.at(Origin(path), message, advice=advice)


def emit(session: Session, plan: Plan, only: Collection[str] = (), past: Past = NO_PAST) -> Bundle:
    """Let every backend (or those named) emit, make the history follow, format the Python, and seal the result.

    What the history cannot follow is reported; the Bundle then shall not be written.
    """
    from compiler.backends import configured  # a fifth of a second that most verbs do not need

    plan = fitting(plan, past.before)
    files: dict[str, str] = {}
    cache = session.project.root / CACHE
    backends = configured(FolderCache(cache / "models"), past.before)
    _check_targets(only, [backend.name for backend in backends])
    for backend in backends:
        if not only or backend.name in only:
            with session.during(f"backend {backend.name}"):
                files |= backend.emit(plan)
    if has_history(files):
        with session.during("history"):
            files |= past.followed(files, session.sink)
    with session.during("format"):
        formatted = format_python(files, FolderCache(cache / "format"))
    return seal(
        formatted,
        compiler=version(DISTRIBUTION),
        inputs=input_digests(session),
        dropped=past.forgotten(files) if has_history(files) else (),
    )


def _check_targets(only: Collection[str], known: Collection[str]) -> None:
    for name in only:
        if name not in known:
            advice = did_you_mean(name, known) or f"targets: {', '.join(known)}"
            raise ProjectError(
                UNKNOWN_SELECTION.at(Origin("--only"), f"`{name}` is no target", advice=advice)
            )


def input_digests(session: Session) -> dict[str, str]:
    """Return the sha256 of every input that was read."""
    project = session.project
    own = (f"{project.generated}/", ".mlb/")
    seen = {path: file for path, file in project.seen.items() if not path.startswith(own)}
    return {path: digest(file.text) for path, file in sorted(seen.items())}


def compiler_digest() -> str:
    """Return the digest of the compiler's code and templates: a change of them is a change of an input."""
    home = Path(__file__).parents[2]
    templates = (path for path in (home / "templates").rglob("*") if path.suffix in _TEMPLATES)
    paths = (*(home / "compiler").rglob("*.py"), *templates)
    content = hashlib.sha256()
    for path in sorted(paths):
        content.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()
