"""The beginning of a season that was never played, generated once for all tests of a run."""

from functools import cache

from tests.season.responses import Answer, Season

GAMES = 20


@cache
def season_answers() -> tuple[Answer, ...]:
    """Return the responses around the first games of a season: a doubleheader and extra innings are among them."""
    return tuple(Season(2024, 0, GAMES).answers())


def answers(operation: str) -> tuple[Answer, ...]:
    """Return the generated responses of an operation."""
    return tuple(answer for answer in season_answers() if answer.operation == operation)
