/*
question: "6 Bullpen usage, rest, inherited runners"
doc: >-
  Every relief appearance: how much he threw, how long he had rested, what became of the runners that he inherited. Rest
  is counted over all loaded games, starts included.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "One team; all without.", default: null}
columns:
  appearance_order: From 2; the starter is 1.
  outs: Outs that he got; three are an inning.
  days_since_last: 0 on the same day, 1 on consecutive days; NULL for the first game that is loaded.
  pitches_last_3_days: Pitches on the three days before.
  inherited_runners: Runners on base when he came.
  inherited_scored: Those of them who scored.
*/
WITH appearances AS (
    SELECT
        s.game_pk, s.game_date, s.team_id, s.player_id, a.appearance_order,
        s.innings_pitched_outs, s.number_of_pitches, s.earned_runs,
        s.inherited_runners, s.inherited_runners_scored, s.holds, s.saves, s.blown_saves,
        s.game_date - lag(s.game_date) OVER (PARTITION BY s.player_id ORDER BY s.game_date, m.date_time)
            AS days_since_last,
        sum(s.number_of_pitches) OVER (
            PARTITION BY s.player_id ORDER BY s.game_date
            RANGE BETWEEN INTERVAL '3 days' PRECEDING AND INTERVAL '1 day' PRECEDING
        ) AS pitches_last_3_days
    FROM game.live_game_player_pitching_stats s
    JOIN game.live_game_metadata m ON m.game_pk = s.game_pk AND m.game_date = s.game_date
    JOIN game.live_game_pitchers a
      ON a.game_pk = s.game_pk AND a.game_date = s.game_date AND a.team_id = s.team_id AND a.player_id = s.player_id
)
SELECT
    a.game_date,
    a.game_pk,
    t.abbreviation                     AS team,
    p.full_name                        AS pitcher,
    a.appearance_order,
    a.innings_pitched_outs             AS outs,
    a.number_of_pitches                AS pitches,
    a.earned_runs,
    a.days_since_last,
    coalesce(a.pitches_last_3_days, 0) AS pitches_last_3_days,
    a.inherited_runners,
    a.inherited_runners_scored         AS inherited_scored,
    a.holds,
    a.saves,
    a.blown_saves
FROM appearances a
LEFT JOIN game.live_game_teams t ON t.game_pk = a.game_pk AND t.game_date = a.game_date AND t.team_id = a.team_id
LEFT JOIN game.live_game_boxscore_players p
  ON p.game_pk = a.game_pk AND p.game_date = a.game_date AND p.team_id = a.team_id AND p.player_id = a.player_id
WHERE a.appearance_order > 1
  AND (:game_pk IS NULL OR a.game_pk = :game_pk)
  AND (:season IS NULL OR a.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
  AND (:team_id IS NULL OR a.team_id = :team_id)
ORDER BY a.game_date, a.game_pk, team, a.appearance_order
