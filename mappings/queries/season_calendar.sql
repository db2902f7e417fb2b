/*
question: "24 Season calendar / teams / standings joins"
doc: >-
  The regular season of every team: its dates, its games in the schedule, and whether the results of those games make
  the record that the standings say. A game that is listed on several days counts once.
params:
  season: {type: integer, doc: "One season; all without.", default: null}
  team_id: {type: bigint, doc: "One team; all without.", default: null}
columns:
  games: Games in the schedule, as far as it is loaded; neither postponed nor cancelled.
  won: Of those games.
  lost: Of those games.
  standings_won: By the newest standings that are loaded.
  standings_lost: By the newest standings that are loaded.
  division_rank: By the newest standings that are loaded.
*/
WITH games AS (                                      -- a resumed game is listed on two days, and was won once
    SELECT
        t.team_id,
        g.season,
        max(t.team_name)                                             AS team,
        min(g.official_date)                                         AS first_game,
        max(g.official_date)                                         AS last_game,
        count(DISTINCT g.game_pk)                                    AS games,
        count(DISTINCT CASE WHEN t.is_winner THEN g.game_pk END)     AS won,
        count(DISTINCT CASE WHEN o.is_winner THEN g.game_pk END)     AS lost
    FROM schedule.games g
    JOIN schedule.game_teams t ON t.listed_date = g.listed_date AND t.game_pk = g.game_pk
    JOIN schedule.game_teams o ON o.listed_date = g.listed_date AND o.game_pk = g.game_pk AND o.is_home <> t.is_home
    WHERE g.game_type = 'R'
      AND g.coded_game_state NOT IN ('D', 'C')
      AND (:season IS NULL OR g.season = :season::text)
      AND (:team_id IS NULL OR t.team_id = :team_id)
    GROUP BY t.team_id, g.season
), records AS (
    SELECT DISTINCT ON (team_id, season)
        team_id, season::text AS season, wins, losses, division_rank, games_back
    FROM standings.team_records
    ORDER BY team_id, season, captured_at DESC, document_key, group_index
)
SELECT
    g.season,
    g.team_id,
    g.team,
    d.name                          AS division_or_league,
    s.regular_season_start_date     AS season_starts,
    s.regular_season_end_date       AS season_ends,
    g.first_game,
    g.last_game,
    g.games,
    g.won,
    g.lost,
    r.wins                          AS standings_won,
    r.losses                        AS standings_lost,
    r.division_rank
FROM games g
LEFT JOIN records r ON r.team_id = g.team_id AND r.season = g.season
LEFT JOIN (
    SELECT team_id, sport_id, coalesce(division_name, league_name) AS name FROM team.team
) d ON d.team_id = g.team_id
LEFT JOIN season.seasons_normalized s ON s.season_id = g.season AND s.sport_id = coalesce(d.sport_id, 1)
ORDER BY g.season, division_or_league, g.won DESC, g.lost, g.team_id
