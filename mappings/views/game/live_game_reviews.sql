/*
doc: One row per review of a game, of a whole plate appearance or of one event of it; challenges of balls and strikes too.
columns:
  event_index: The pitch or action that was reviewed; NULL where it was the outcome of the plate appearance.
  review_index: 0 for the one that counts; from 1 for others of the same thing.
  review_type: A code of what was reviewed; MJ is a ball or strike, NH has no challenger.
  challenge_team_id: The team that challenged; NULL where the umpires asked themselves.
  player_id: The player who challenged a ball or strike.
*/
SELECT
    r.game_pk, r.at_bat_index, CAST(NULL AS bigint) AS event_index, 0 AS review_index,
    r.review_type, r.is_overturned, r.in_progress, r.challenge_team_id, r.player_id
FROM game.live_game_play_reviews r
UNION ALL
SELECT
    r.game_pk, r.at_bat_index, CAST(NULL AS bigint) AS event_index, r.review_index,
    r.review_type, r.is_overturned, r.in_progress, r.challenge_team_id, r.player_id
FROM game.live_game_play_additional_reviews r
UNION ALL
SELECT
    r.game_pk, r.at_bat_index, r.event_index, 0 AS review_index,
    r.review_type, r.is_overturned, r.in_progress, r.challenge_team_id, r.player_id
FROM game.live_game_event_reviews r
UNION ALL
SELECT
    r.game_pk, r.at_bat_index, r.event_index, r.review_index,
    r.review_type, r.is_overturned, r.in_progress, r.challenge_team_id, r.player_id
FROM game.live_game_event_additional_reviews r
