/*
question: "17 Postponements, doubleheaders, resumed games"
doc: >-
  Games that were not played as a calendar expects. A postponed game keeps its game_pk and is listed on both days; its
  official date is the day on which it was played, on both.
params:
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "One team; all without.", default: null}
columns:
  listed_date: The day under which the schedule lists it.
  official_date: The baseball day to which it counts.
  anomaly: postponed, cancelled, suspended, make-up, resumed, doubleheader or tie; several with a comma.
  other_date: The day on which it is made up or resumed; of a make-up or a resumed game, the day before.
  double_header: Y for one admission, S for two (split).
*/
WITH listed AS (
    SELECT
        g.*,
        concat_ws(', ',
            CASE WHEN g.coded_game_state = 'D' THEN 'postponed' END,
            CASE WHEN g.coded_game_state = 'C' THEN 'cancelled' END,
            CASE WHEN g.coded_game_state IN ('T', 'U') OR g.resume_date IS NOT NULL THEN 'suspended' END,
            CASE WHEN g.rescheduled_from_date IS NOT NULL THEN 'make-up' END,
            CASE WHEN g.resumed_from_date IS NOT NULL THEN 'resumed' END,
            CASE WHEN g.double_header IN ('Y', 'S') AND g.coded_game_state NOT IN ('D', 'C') THEN 'doubleheader' END,
            CASE WHEN g.is_tie THEN 'tie' END
        ) AS anomaly
    FROM schedule.games g
    WHERE (:season IS NULL OR g.listed_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:team_id IS NULL OR g.away_team_id = :team_id OR g.home_team_id = :team_id)
)
SELECT
    listed_date,
    official_date,
    game_pk,
    away_team_name AS away_team,
    home_team_name AS home_team,
    anomaly,
    detailed_state,
    reason,
    coalesce(reschedule_game_date, resume_game_date, rescheduled_from_date, resumed_from_date) AS other_date,
    double_header,
    game_number
FROM listed
WHERE anomaly <> ''
ORDER BY listed_date, home_team, game_number, game_pk
