"""What upstream can do: an edit of its documents, what responses look like from then on, what an author then writes.

The documents are those of the seasons and divisions, the mappings those of the project.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.driver.upstream import OVERRULED, UNFIT
from tests.upstream.rehearsal import Rehearsal

Documents = Mapping[str, dict[str, Any]]
Envelope = dict[str, Any]

DIVISION = "DivisionRestObject"
DIVISIONS = "division.division_seasons"
SEASON = "SeasonRestObject"
RAW_SEASONS = "season.all_seasons"
ALL_SEASONS = "season.all_seasons_normalized"
_DIVISION = "division.divisions:$.divisions[*]"
_SEASON = "season.allSeasons:$.seasons[*]"
_NO_COLUMN = "    no effect: no column changes"


def _as_before(_: Rehearsal) -> None:
    """Write nothing."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A change of upstream.

    `answer` turns a response of `operation` into a later one; it returns False for one that there is no more.
    `refused` are the codes with which `generate` refuses the change until the author has done his part.
    `told` is what `upstream update` says that changed and what comes of it, `changes` what the migrations do, `breaks`
    what the gate finds.
    """

    documents: Callable[[Documents], None]
    operation: str = "division.divisions"
    answer: Callable[[Envelope], None]
    refused: tuple[str, ...] = ()
    author: Callable[[Rehearsal], None] = _as_before
    told: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()


def models(documents: Documents, endpoint: str) -> dict[str, Any]:
    """Return the models of a document."""
    return documents[endpoint]["models"]


def properties(documents: Documents, endpoint: str, model: str) -> dict[str, Any]:
    """Return the properties of a model."""
    return models(documents, endpoint)[model]["properties"]


def _seen(place: str, says: str) -> str:
    return f"    no effect at {place}: captured responses {says}"


def divisions(change: Callable[[dict[str, Any]], None]) -> Callable[[Envelope], None]:
    """Return what changes each division of a response."""

    def answer(envelope: Envelope) -> None:
        for division in envelope["response"]["divisions"]:
            change(division)

    return answer


def edit_file(root: Path, path: str, *edits: tuple[str, str]) -> None:
    """Replace texts in a mapping."""
    file = root / "mappings" / path
    text = file.read_text("utf-8")
    for before, after in edits:
        assert before in text, before
        text = text.replace(before, after)
    file.write_text(text, "utf-8")


# ------------------------------------------------------------------------------------------------- properties


def _field_added(documents: Documents) -> None:
    properties(documents, "division", DIVISION)["numTeams"] = {"type": "integer", "format": "int32"}


def _field_removed(documents: Documents) -> None:
    del properties(documents, "division", DIVISION)["conference"]  # declared, never seen
    del properties(documents, "division", DIVISION)["hasWildcard"]  # seen, too


def _without_wildcard(division: dict[str, Any]) -> None:
    del division["hasWildcard"]


def _field_retyped(documents: Documents) -> None:
    properties(documents, "division", DIVISION)["hasWildcard"] = {"type": "string"}


def _observe(home: Rehearsal) -> None:
    """Learn from a response: what was seen counts, not what is declared."""
    home.mlbc("observe", str(home.root / "news"))


def _field_renamed(documents: Documents) -> None:
    found = properties(documents, "division", DIVISION)
    found["nameBrief"] = found.pop("nameShort")


def _brief(division: dict[str, Any]) -> None:
    division["nameBrief"] = division.pop("nameShort")


def _read_brief(home: Rehearsal) -> None:
    edit_file(home.root, "division/divisions.yaml", ("path: .nameShort", "path: .nameBrief"))


def _made_map(documents: Documents) -> None:
    properties(documents, "division", DIVISION)["sport"] = {"type": "Map<string,SportRestObject>"}


def _map_of_sports(division: dict[str, Any]) -> None:
    division["sport"] = {str(division["sport"]["id"]): division["sport"]}


def _no_sport(home: Rehearsal) -> None:
    path = home.root / "mappings" / "division" / "divisions.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "sport_id:" not in line), "utf-8")


# ------------------------------------------------------------------------------------------------- models


def _model_split(documents: Documents) -> None:
    whole = properties(documents, "season", SEASON)
    names = [name for name in whole if name.startswith("postSeason")]
    models(documents, "season")["PostSeasonRestObject"] = {
        "id": "PostSeasonRestObject",
        "properties": {name: whole.pop(name) for name in names},
    }
    whole["postSeason"] = {"type": "PostSeasonRestObject"}


def _post_season_apart(envelope: Envelope) -> None:
    for season in envelope["response"]["seasons"]:
        names = [name for name in season if name.startswith("postSeason")]
        season["postSeason"] = {name: season.pop(name) for name in names}


def _model_copied(documents: Documents) -> None:
    """Give one operation models of its own, which say what the shared ones say."""
    found = models(documents, "season")
    found["AllSeasonRestObject"] = deepcopy(found[SEASON])
    found["AllSeasonsRestObject"] = {
        "id": "AllSeasonsRestObject",
        "properties": {"seasons": {"type": "Array", "items": {"type": "AllSeasonRestObject"}}},
    }
    _operation(documents, "season", "allSeasons")["type"] = "AllSeasonsRestObject"


# ------------------------------------------------------------------------------------------------- operations


def _api(documents: Documents, endpoint: str, nickname: str) -> dict[str, Any]:
    return next(
        api
        for api in documents[endpoint]["apis"]
        if any(found["nickname"] == nickname for found in api["operations"])
    )


def _operation(documents: Documents, endpoint: str, nickname: str) -> dict[str, Any]:
    operations = _api(documents, endpoint, nickname)["operations"]
    return next(found for found in operations if found["nickname"] == nickname)


def _operation_added(documents: Documents) -> None:
    models(documents, "season")["PhaseRestObject"] = {
        "id": "PhaseRestObject",
        "properties": {"phaseId": {"type": "integer"}, "name": {"type": "string"}},
    }
    models(documents, "season")["PhasesRestObject"] = {
        "id": "PhasesRestObject",
        "properties": {"phases": {"type": "Array", "items": {"type": "PhaseRestObject"}}},
    }
    season = {"name": "seasonId", "paramType": "path", "type": "string", "required": True}
    added = {"method": "GET", "nickname": "phases", "type": "PhasesRestObject", "parameters": [season]}
    documents["season"]["apis"].append({"path": "/v1/seasons/{seasonId}/phases", "operations": [added]})


def _phases(envelope: Envelope) -> None:
    phases = [{"phaseId": number, "name": name} for number, name in enumerate(("spring", "summer"))]
    envelope |= {"method": "phases", "path_params": {"seasonId": "2031"}, "response": {"phases": phases}}


def _operation_removed(documents: Documents) -> None:
    documents["season"]["apis"].remove(_api(documents, "season", "allSeasons"))


def _forget_all_seasons(home: Rehearsal) -> None:
    (home.root / "mappings" / "season" / "all_seasons.yaml").unlink()
    (home.root / "schemas" / "observed" / "season" / "allSeasons.json").unlink()


def _path_changed(documents: Documents) -> None:
    _api(documents, "season", "allSeasons")["path"] = "/v2/seasons/{sportId}/all"
    found = _operation(documents, "season", "allSeasons")["parameters"]
    sport = next(parameter for parameter in found if parameter["name"] == "sportId")
    sport["paramType"] = "path"
    sport["required"] = True


def _sport_in_the_path(envelope: Envelope) -> None:
    envelope["path_params"] = envelope.pop("query_params")
    envelope["query_params"] = {}


_DATES = (
    "allStarDate",
    "firstDate2ndHalf",
    "lastDate1stHalf",
    "postSeasonEndDate",
    "postSeasonStartDate",
    "preSeasonEndDate",
    "preSeasonStartDate",
    "regularSeasonEndDate",
    "regularSeasonStartDate",
)
_SPORT = ("id", "code", "link", "name", "abbreviation", "sort_order", "active", "device_properties")

EDITS = {
    "field added": Edit(
        documents=_field_added,
        answer=divisions(lambda division: division.update(numTeams=5)),
        told=(
            "added property DivisionRestObject.numTeams: integer (int32)",
            f"    adds {DIVISIONS}.num_teams bigint",
        ),
        changes=(f"add column {DIVISIONS}.num_teams",),
    ),
    "field removed": Edit(
        documents=_field_removed,
        answer=divisions(_without_wildcard),
        told=(
            "removed property DivisionRestObject.conference: ConferenceRestObject",
            f"    gives up {DIVISIONS}.conference",
            "removed property DivisionRestObject.hasWildcard: boolean",
            _seen(f"{_DIVISION}.hasWildcard", "have it"),
        ),
        changes=(f"give up column {DIVISIONS}.conference",),
        breaks=("FIELD_NO_DELETE_UNLESS_RESERVED division.divisions:$.divisions[*].conference",),
    ),
    "field retyped": Edit(
        documents=_field_retyped,
        answer=divisions(lambda division: division.update(hasWildcard="Y")),
        author=_observe,
        told=(
            "property DivisionRestObject.hasWildcard: boolean -> string",
            _seen(f"{_DIVISION}.hasWildcard", "say boolean"),
            OVERRULED,
        ),
        changes=(
            f"rename column {DIVISIONS}.has_wildcard to has_wildcard__0002",
            f"give up column {DIVISIONS}.has_wildcard__0002",
            f"add column {DIVISIONS}.has_wildcard",
        ),
        breaks=("SHAPE_SAME_KIND division.divisions:$.divisions[*].hasWildcard",),
    ),
    "field renamed": Edit(
        documents=_field_renamed,
        answer=divisions(_brief),
        author=_read_brief,
        told=(
            "added property DivisionRestObject.nameBrief: string",
            f"    adds {DIVISIONS}.name_brief text",
            "removed property DivisionRestObject.nameShort: string",
            _seen(f"{_DIVISION}.nameShort", "have it"),
        ),
        changes=(
            f"alter path of {DIVISIONS}.short_name: $.divisions[*].nameShort -> $.divisions[*].nameBrief",
            f"add column {DIVISIONS}.name_short",
        ),
        breaks=(f"FIELD_SAME_PATH {DIVISIONS}.short_name",),
    ),
    "field made a map": Edit(
        documents=_made_map,
        answer=divisions(_map_of_sports),
        refused=("M103",),
        author=_no_sport,
        told=("property DivisionRestObject.sport: SportRestObject -> map of SportRestObject", UNFIT),
        changes=(
            *(f"give up column {DIVISIONS}.sport_{name}" for name in _SPORT),
            f"add table {DIVISIONS}_sport",
        ),
        breaks=("SHAPE_SAME_KIND division.divisions:$.divisions[*].sport",),
    ),
    "model split": Edit(
        documents=_model_split,
        operation="season.allSeasons",
        answer=_post_season_apart,
        told=(
            "added model PostSeasonRestObject",
            "added property PostSeasonRestObject.postSeasonEndDate: string (date)",
            _NO_COLUMN,
            "added property PostSeasonRestObject.postSeasonStartDate: string (date)",
            _NO_COLUMN,
            "added property SeasonRestObject of season.postSeason: PostSeasonRestObject",
            f"    adds {ALL_SEASONS}.post_season jsonb, season.seasons_normalized.post_season jsonb",
            "removed property SeasonRestObject of season.postSeasonEndDate: string (date)",
            _seen(f"{_SEASON}.postSeasonEndDate and 1 more place", "have it"),
            "removed property SeasonRestObject of season.postSeasonStartDate: string (date)",
            _seen(f"{_SEASON}.postSeasonStartDate and 1 more place", "have it"),
        ),
        changes=(f"add column {ALL_SEASONS}.post_season", "add column season.seasons_normalized.post_season"),
    ),
    "model copied": Edit(
        documents=_model_copied,
        operation="season.allSeasons",
        answer=lambda _: None,
        told=(
            "added model AllSeasonRestObject",
            "added model AllSeasonsRestObject",
            "operation season.allSeasons: SeasonsRestObject -> AllSeasonsRestObject",
            _seen("season.allSeasons:$", "say object"),
            *(
                line
                for name in _DATES
                for line in (
                    f"added property AllSeasonRestObject.{name}: string (date)",
                    _seen(f"{_SEASON}.{name}", "say date"),
                )
            ),
            "added property AllSeasonRestObject.seasonId: string",
            _seen(f"{_SEASON}.seasonId", "say string"),
            "added property AllSeasonsRestObject.seasons: array of AllSeasonRestObject",
            _seen("season.allSeasons:$.seasons", "say array"),
        ),
    ),
    "operation added": Edit(
        documents=_operation_added,
        operation="season.allSeasons",
        answer=_phases,
        told=(
            "added model PhaseRestObject",
            "added model PhasesRestObject",
            "added operation season.phases: PhasesRestObject",
            "added property PhaseRestObject.name: string",
            "    adds season.phases_normalized.name text",
            "added property PhaseRestObject.phaseId: integer",
            "    adds season.phases_normalized.phase_id bigint",
            "added property PhasesRestObject.phases: array of PhaseRestObject",
            "added url season.phases GET /v1/seasons/{seasonId}/phases",
        ),
        changes=("add table season.phases", "add table season.phases_normalized"),
    ),
    "operation removed": Edit(
        documents=_operation_removed,
        operation="season.allSeasons",
        answer=lambda _: None,
        refused=("O107",),
        author=_forget_all_seasons,
        told=(
            "removed operation season.allSeasons: SeasonsRestObject",
            "removed url season.allSeasons GET /v1/seasons/all",
            UNFIT,
        ),
        changes=tuple(
            f"{what} table {name}"
            for name in (RAW_SEASONS, ALL_SEASONS)
            for what in ("give up", "comment on")
        ),
        breaks=("ENDPOINT_NO_DELETE season.allSeasons",),
    ),
    "path changed": Edit(
        documents=_path_changed,
        operation="season.allSeasons",
        answer=_sport_in_the_path,
        told=(
            "removed url season.allSeasons GET /v1/seasons/all",
            "added url season.allSeasons GET /v2/seasons/{sportId}/all",
        ),
        changes=(f"comment on table {RAW_SEASONS}",),
    ),
}
