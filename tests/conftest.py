"""What holds for every test: Hypothesis profiles, golden updates, and what a missing service means."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from runtime.job import Conformed

TESTS = Path(__file__).parent
IN_CI = bool(os.environ.get("CI"))

SERVICES_OF_FOLDER = {
    "spark": ("spark",),
    "postgres": ("postgres",),
    "spark_postgres": ("spark", "postgres"),
    "e2e": ("e2e",),
    "upstream": ("e2e",),
    "benchmarks": ("benchmark",),
}
"""A test in one of these folders carries the markers; elsewhere write `@pytest.mark.spark`."""

settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("dev"), max_examples=10)
settings.register_profile(
    "ci", settings.get_profile("dev"), max_examples=200, derandomize=True, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption("--update-golden", action="store_true", help="accept the present output as expected")


def pytest_configure(config: pytest.Config) -> None:
    """Collect garbage seldom: plans are large and live long. Refuse to move the goalposts where nobody reviews."""
    gc.set_threshold(100_000)
    if IN_CI and config.getoption("--update-golden"):
        raise pytest.UsageError("--update-golden is refused in CI: update locally and review the diff")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no folder whose tests `-m "not ..."` leaves out: to import some of them takes seconds."""
    if collection_path.parent != TESTS or " or " in config.option.markexpr:
        return None
    services = SERVICES_OF_FOLDER.get(collection_path.name, ())
    terms = config.option.markexpr.split(" and ")
    return any(f"not {service}" in terms for service in services) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and keep all Spark tests in one worker: one session serves them."""
    for item in items:
        for service in SERVICES_OF_FOLDER.get(_folder(item), ()):
            item.add_marker(service)
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip for want of a service into a failure in CI: a silent skip proves nothing."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and _needs_service(item):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"in CI nothing may be missing: {reason}"
    return report


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden tests write what they would compare."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def season_games() -> tuple[Conformed, ...]:
    """The live feeds of the first twenty games of a season that was never played; see `tests/season`."""
    from tests.support.season import answers  # compiles the project: only where it is wanted

    return tuple(answer.document for answer in answers("game.liveGameV1"))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""


def _needs_service(item: pytest.Item) -> bool:
    return any(
        item.get_closest_marker(service) for services in SERVICES_OF_FOLDER.values() for service in services
    )
