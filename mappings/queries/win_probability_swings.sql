/*
question: "2 Largest win-probability swings"
doc: >-
  The plays that changed most who would win, the largest first. Probabilities are in percent and those of MLB; of games
  whose win probabilities (game.getWinProbability) are loaded.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  top: {type: integer, doc: "So many plays.", default: "20"}
columns:
  game_date: The baseball day; NULL if the live feed of the game is not loaded.
  home_before: The home team's chance to win without what the play added.
  home_after: The home team's chance to win after the play.
  swing: What the play added to the chance of the home team, as MLB counts; below zero it helped the visitors.
  leverage_index: How much was at stake; 1 is an average play.
  away_score: Runs of the visitors after the play.
  home_score: Runs of the home team after the play.
*/
SELECT
    w.game_pk,
    m.game_date,
    w.inning,
    w.half_inning,
    w.batter_full_name  AS batter,
    w.pitcher_full_name AS pitcher,
    w.event,
    round((w.home_team_win_probability - w.home_team_win_probability_added)::numeric, 1) AS home_before,
    round(w.home_team_win_probability::numeric, 1)                                       AS home_after,
    round(w.home_team_win_probability_added::numeric, 1)                                 AS swing,
    w.leverage_index,
    w.away_score,
    w.home_score
FROM game.win_probability w
LEFT JOIN game.live_game_metadata m ON m.game_pk = w.game_pk
WHERE (:game_pk IS NULL OR w.game_pk = :game_pk)
  AND (:season IS NULL OR m.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
  AND w.home_team_win_probability_added IS NOT NULL
ORDER BY abs(w.home_team_win_probability_added) DESC, w.game_pk, w.at_bat_index
LIMIT :top
