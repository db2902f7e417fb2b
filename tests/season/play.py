"""One plate appearance as the feed shows it: events, runners, counts, times."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from runtime.job import Conformed
from tests.season.bases import Runner
from tests.season.league import Player, position
from tests.season.templates import Templates

PLAY = "liveData.plays.allPlays[*]"
BASES = {1: "1B", 2: "2B", 3: "3B", 4: "score"}


@dataclass(slots=True)
class Clock:
    """The time in the park."""

    now: datetime

    def passes(self, seconds: float) -> tuple[str, str]:
        """Let time pass; return the instants before and after."""
        begun = self.now
        self.now += timedelta(milliseconds=round(seconds * 1000))
        return instant(begun), instant(self.now)


def instant(moment: datetime) -> str:
    """Print an instant with milliseconds.

    >>> instant(datetime(2024, 7, 13, 1, 40, tzinfo=UTC))
    '2024-07-13T01:40:00.000Z'
    """
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _changes(event: Conformed) -> bool:
    return event["type"] == "action" and event["details"]["eventType"] not in {
        "batter_timeout",
        "mound_visit",
    }


@dataclass(eq=False)
class Play:
    """What is known of a plate appearance while it lasts."""

    index: int
    inning: int
    is_top: bool
    batter: Player
    slot: int
    started: str
    outs: int
    balls: int = 0
    strikes: int = 0
    pitches: int = 0
    events: list[Conformed] = field(default_factory=list)
    runners: list[Conformed] = field(default_factory=list)
    rbi: int = 0
    scored: int = 0
    put_out: int = 0
    reviewed: Conformed = None


class Scorer:
    """Makes the records of events, runners and plays, and completes them by the schema."""

    def __init__(self, feed: Templates, clock: Clock) -> None:
        self.clock = clock
        self._event = feed[f"{PLAY}.playEvents[*]"]
        self._details = feed[f"{PLAY}.playEvents[*].details"]
        self._runner = feed[f"{PLAY}.runners[*]"]
        self._runner_details = feed[f"{PLAY}.runners[*].details"]
        self._play = feed[PLAY]
        self._about = feed[f"{PLAY}.about"]
        self._result = feed[f"{PLAY}.result"]
        self._matchup = feed[f"{PLAY}.matchup"]

    def event(self, play: Play, known: Conformed, seconds: float, outs: int) -> Conformed:
        """Add an event; its count is the state after it."""
        started, ended = self.clock.passes(seconds)
        known |= {
            "count": {"balls": play.balls, "strikes": play.strikes, "outs": outs},
            "index": len(play.events),
            "startTime": started,
            "endTime": ended,
        }
        play.events.append(self._event.close(known))
        return known

    def action(
        self,
        play: Play,
        event: str,
        event_type: str,
        description: str,
        score: tuple[int, int],
        outs: int,
        seconds: float,
        **more: Conformed,
    ) -> Conformed:
        """Add an action: anything that is neither pitched nor thrown to a base."""
        details = {
            "description": description,
            "event": event,
            "eventType": event_type,
            "awayScore": score[0],
            "homeScore": score[1],
            "isScoringPlay": False,
            "isOut": False,
            "hasReview": False,
        }
        known = {"details": self._details.close(details), "isPitch": False, "type": "action", **more}
        return self.event(play, known, seconds, outs)

    def throw(self, play: Play, kind: str, base: int, attempts: int, play_id: str, outs: int) -> Conformed:
        """Add a pickoff attempt or a step off."""
        details = {
            "description": f"Pickoff Attempt {base}B" if kind == "pickoff" else "Pitcher Step Off",
            "code": str(base) if kind == "pickoff" else "PSO",
            "isOut": False,
            "hasReview": False,
            "fromCatcher": False,
            "disengagementNum": attempts,
        }
        known = {"details": details, "playId": play_id, "isPitch": False, "type": kind}
        return self.event(play, known, 4.5, outs)

    def runner(
        self,
        play: Play,
        runner: Runner,
        way: tuple[int, int, int],
        event: tuple[str, str],
        reason: str | None,
        outs: int,
        credits: list[tuple[Player, str, str]],
        *,
        rbi: bool,
        earned: bool,
    ) -> None:
        """Add a movement: `way` is where it starts, where it ends or 0, where he is out or 0."""
        start, end, out_at = way
        scores = end == 4
        movement = {
            "originBase": BASES.get(runner.origin),
            "start": BASES.get(start),
            "end": BASES.get(end),
            "outBase": BASES.get(out_at),
            "isOut": bool(out_at),
            "outNumber": outs if out_at else None,
        }
        details = {
            "event": event[0],
            "eventType": event[1],
            "movementReason": reason,
            "runner": runner.player.named,
            "responsiblePitcher": runner.pitcher.link if scores else None,
            "isScoringEvent": scores,
            "rbi": scores and rbi,
            "earned": scores and earned,
            "teamUnearned": False,
            "playIndex": len(play.events) - 1,
        }
        shown = [
            {"player": who.link, "position": position(code), "credit": name} for who, code, name in credits
        ]
        play.runners.append(
            self._runner.close(
                {"movement": movement, "details": self._runner_details.close(details), "credits": shown}
            )
        )

    def play(self, play: Play, result: Conformed, matchup: Conformed, outs: int, index: int) -> Conformed:
        """Return the whole plate appearance."""
        events = play.events
        known = {
            "result": self._result.close({"type": "atBat", **result}),
            "about": self._about.close(
                {
                    "atBatIndex": play.index,
                    "halfInning": "top" if play.is_top else "bottom",
                    "isTopInning": play.is_top,
                    "inning": play.inning,
                    "startTime": play.started,
                    "endTime": events[-1]["endTime"],
                    "isComplete": True,
                    "isScoringPlay": play.scored > 0,
                    "hasReview": play.reviewed is not None,
                    "hasOut": play.put_out > 0,
                    "captivatingIndex": index,
                }
            ),
            "count": {"balls": play.balls, "strikes": play.strikes, "outs": outs},
            "matchup": self._matchup.close({"batterHotColdZones": [], "pitcherHotColdZones": [], **matchup}),
            "pitchIndex": [place for place, event in enumerate(events) if event["type"] != "action"],
            "actionIndex": [place for place, event in enumerate(events) if _changes(event)],
            "runnerIndex": list(range(len(play.runners))),
            "runners": play.runners,
            "playEvents": events,
            "playEndTime": events[-1]["endTime"],
            "atBatIndex": play.index,
        }
        if play.reviewed is not None:
            known["reviewDetails"] = play.reviewed
        return self._play.close(known)
