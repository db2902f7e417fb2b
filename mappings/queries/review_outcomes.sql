/*
question: "5 Review / ABS challenge outcomes"
doc: >-
  Reviews by who asked and what was in doubt, and how many calls they overturned. Type MJ is a challenge of a ball or
  strike; one that the umpires asked themselves has no team. `mlb-etl query reconciliation` compares challenges of balls
  and strikes with the feed's totals.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "Challenges of one team; all without.", default: null}
columns:
  reason: What the API calls the type, if its list (config.reviewReasons) is loaded.
  upheld: Calls that stood, or were confirmed.
  overturned_percent: Of the reviews that are done.
*/
SELECT
    r.challenge_team_id,
    t.name                                                          AS challenge_team,
    r.review_type,
    c.description                                                   AS reason,
    count(*)                                                        AS reviews,
    count(*) FILTER (WHERE r.is_overturned)                         AS overturned,
    count(*) FILTER (WHERE NOT r.is_overturned AND r.in_progress IS NOT TRUE) AS upheld,
    round(100.0 * count(*) FILTER (WHERE r.is_overturned)
          / nullif(count(*) FILTER (WHERE r.in_progress IS NOT TRUE), 0), 1) AS overturned_percent
FROM game.live_game_reviews r
JOIN game.live_game_metadata m ON m.game_pk = r.game_pk
LEFT JOIN game.live_game_teams t
  ON t.game_pk = r.game_pk AND t.game_date = m.game_date AND t.team_id = r.challenge_team_id
LEFT JOIN config.review_reasons_normalized c ON c.code = r.review_type
WHERE (:game_pk IS NULL OR m.game_pk = :game_pk)
  AND (:season IS NULL OR m.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
  AND (:team_id IS NULL OR r.challenge_team_id = :team_id)
GROUP BY r.challenge_team_id, t.name, r.review_type, c.description
ORDER BY reviews DESC, r.challenge_team_id, r.review_type
