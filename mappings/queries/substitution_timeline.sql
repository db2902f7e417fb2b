/*
question: "12 Lineup & substitution timeline"
doc: >-
  Who started where, then every change in the order in which it was made. Starters are those whose place in the order
  ends in 00; the boxscore's batting order holds the last occupant of each slot.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "One team; all without.", default: null}
columns:
  inning: NULL for who started.
  change: starter, or what the feed calls the change.
  slot: His place in the batting order, 1 to 9; NULL for pitchers who do not bat.
  player_out: Whom he replaced, or the pitcher before him.
  position: Where he plays from then on; PH bats, PR runs.
*/
WITH boxscore AS (
    SELECT b.game_pk, b.game_date, b.team_id, b.player_id, b.full_name, b.batting_order, a.appearance_order
    FROM game.live_game_boxscore_players b
    LEFT JOIN game.live_game_pitchers a
      ON a.game_pk = b.game_pk AND a.game_date = b.game_date AND a.team_id = b.team_id AND a.player_id = b.player_id
    WHERE (:game_pk IS NULL OR b.game_pk = :game_pk)
      AND (:season IS NULL OR b.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:team_id IS NULL OR b.team_id = :team_id)
), starters AS (
    SELECT
        b.game_pk, b.game_date, b.team_id, -1 AS at_bat_index, 0 AS event_index,
        NULL::bigint AS inning, NULL::text AS half_inning, 'starter' AS change, b.batting_order,
        b.full_name AS player_in, NULL::text AS player_out, p.abbreviation AS position
    FROM boxscore b
    LEFT JOIN game.live_game_player_positions p
      ON p.game_pk = b.game_pk AND p.game_date = b.game_date AND p.team_id = b.team_id AND p.player_id = b.player_id
     AND p.position_index = 0
    WHERE b.batting_order LIKE '%00' OR b.appearance_order = 1
), changes AS (
    SELECT
        c.game_pk, c.game_date, b.team_id, c.at_bat_index, c.event_index,
        c.inning, c.half_inning, c.change_type AS change, c.batting_order,
        b.full_name AS player_in, coalesce(o.full_name, before.full_name) AS player_out,
        c.position_abbreviation AS position
    FROM game.live_game_lineup_changes c
    JOIN boxscore b ON b.game_pk = c.game_pk AND b.game_date = c.game_date AND b.player_id = c.player_in_id
    LEFT JOIN boxscore o
      ON o.game_pk = b.game_pk AND o.team_id = b.team_id AND o.player_id = c.player_out_id
    LEFT JOIN boxscore before                       -- the feed does not say whom a pitcher replaces
      ON before.game_pk = b.game_pk AND before.team_id = b.team_id AND before.appearance_order = b.appearance_order - 1
     AND c.change_type = 'pitching_substitution'
), timeline AS (
    SELECT * FROM starters
    UNION ALL
    SELECT * FROM changes
)
SELECT
    l.game_date,
    l.game_pk,
    t.abbreviation AS team,
    l.inning,
    l.half_inning,
    l.change,
    left(l.batting_order, 1)::integer AS slot,
    l.player_in,
    l.player_out,
    l.position
FROM timeline l
LEFT JOIN game.live_game_teams t ON t.game_pk = l.game_pk AND t.game_date = l.game_date AND t.team_id = l.team_id
ORDER BY l.game_date, l.game_pk, l.at_bat_index, l.event_index, t.is_home, slot NULLS LAST, player_in
