/*
question: "15 Does every total reconcile?"
doc: >-
  What is counted play by play against what MLB says, for every game: runs, hits, errors, the proof of the box score,
  outs, batted balls, pitches, times at bat, challenges. A game in extra innings has runners who never came to bat.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
columns:
  compared: Games, teams or players that were compared.
  differing: Those of them where the two sides differ.
  counted: Sum of what was counted.
  official: Sum of what MLB says.
  games: Up to ten games that differ.
*/
WITH sides AS (                                            -- every team of every game
    SELECT t.game_pk, t.game_date, t.team_id, l.runs, l.hits, l.errors, l.left_on_base
    FROM game.live_game_teams t
    JOIN game.live_game_linescore_teams l
      ON l.game_pk = t.game_pk AND l.game_date = t.game_date AND l.is_home = t.is_home
    WHERE (:game_pk IS NULL OR t.game_pk = :game_pk)
      AND (:season IS NULL OR t.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
), games AS (
    SELECT DISTINCT game_pk, game_date FROM sides
), batting AS (
    SELECT
        s.game_pk, s.team_id,
        sum(p.runs)                                        AS runs,
        count(*) FILTER (WHERE p.is_hit)                   AS hits,
        count(*) FILTER (WHERE p.is_plate_appearance)      AS plate_appearances
    FROM sides s
    JOIN mart.plate_appearances p ON p.game_pk = s.game_pk AND p.batting_team_id = s.team_id
    GROUP BY s.game_pk, s.team_id
), put_outs AS (                                           -- of those who ran or batted for a team
    SELECT r.game_pk, p.batting_team_id AS team_id, count(*) AS outs
    FROM game.live_game_runners r
    JOIN games g ON g.game_pk = r.game_pk AND g.game_date = r.game_date
    JOIN mart.plate_appearances p ON p.game_pk = r.game_pk AND p.at_bat_index = r.at_bat_index
    WHERE r.is_out
    GROUP BY r.game_pk, p.batting_team_id
), placed AS (                                             -- on second, at the beginning of an extra inning
    SELECT a.game_pk, p.batting_team_id AS team_id, count(*) AS runners
    FROM game.live_game_play_actions a
    JOIN games g ON g.game_pk = a.game_pk AND g.game_date = a.game_date
    JOIN mart.plate_appearances p ON p.game_pk = a.game_pk AND p.at_bat_index = a.at_bat_index
    WHERE a.event_type = 'runner_placed'
    GROUP BY a.game_pk, p.batting_team_id
), compared AS (
    SELECT 1 AS ordinal, 'runs: runners who scored, linescore' AS total, s.game_pk,
           b.runs AS counted, s.runs AS official
    FROM sides s
    LEFT JOIN batting b ON b.game_pk = s.game_pk AND b.team_id = s.team_id
    UNION ALL
    SELECT 2 AS ordinal, 'runs: innings, linescore' AS total, g.game_pk,
           sum(coalesce(i.away_runs, 0) + coalesce(i.home_runs, 0)) AS counted, max(l.runs) AS official
    FROM games g
    JOIN game.live_game_linescore_innings i ON i.game_pk = g.game_pk AND i.game_date = g.game_date
    JOIN (SELECT game_pk, sum(runs) AS runs FROM sides GROUP BY game_pk) l ON l.game_pk = g.game_pk
    GROUP BY g.game_pk
    UNION ALL
    SELECT 3 AS ordinal, 'hits: plays, linescore' AS total, s.game_pk, b.hits AS counted, s.hits AS official
    FROM sides s
    LEFT JOIN batting b ON b.game_pk = s.game_pk AND b.team_id = s.team_id
    UNION ALL
    SELECT 4 AS ordinal, 'errors: boxscore, linescore' AS total, s.game_pk,
           x.fielding_errors AS counted, s.errors AS official
    FROM sides s
    JOIN game.live_game_boxscore_team_stats x
      ON x.game_pk = s.game_pk AND x.game_date = s.game_date AND x.team_id = s.team_id
    UNION ALL
    SELECT 5 AS ordinal, 'proof: plate appearances, runs + left on base + outs' AS total, s.game_pk,
           b.plate_appearances + coalesce(p.runners, 0) AS counted, s.runs + s.left_on_base + o.outs AS official
    FROM sides s
    LEFT JOIN batting b  ON b.game_pk = s.game_pk AND b.team_id = s.team_id
    LEFT JOIN put_outs o ON o.game_pk = s.game_pk AND o.team_id = s.team_id
    LEFT JOIN placed p   ON p.game_pk = s.game_pk AND p.team_id = s.team_id
    UNION ALL
    SELECT 6 AS ordinal, 'outs: runners, put-outs' AS total, g.game_pk, o.outs AS counted, c.put_outs AS official
    FROM games g
    LEFT JOIN (SELECT game_pk, sum(outs) AS outs FROM put_outs GROUP BY game_pk) o ON o.game_pk = g.game_pk
    LEFT JOIN (
        SELECT f.game_pk, f.game_date, count(*) AS put_outs
        FROM game.live_game_fielding_credits f
        WHERE f.credit = 'f_putout'
        GROUP BY f.game_pk, f.game_date
    ) c ON c.game_pk = g.game_pk AND c.game_date = g.game_date
    UNION ALL
    SELECT 7 AS ordinal, 'balls in play: pitches, hit chart' AS total, g.game_pk,
           p.balls AS counted, h.balls AS official
    FROM games g
    LEFT JOIN (
        SELECT game_pk, count(*) AS balls FROM mart.pitches WHERE is_in_play GROUP BY game_pk
    ) p ON p.game_pk = g.game_pk
    LEFT JOIN (
        SELECT game_pk, game_date, count(*) AS balls FROM game.live_game_hits GROUP BY game_pk, game_date
    ) h ON h.game_pk = g.game_pk AND h.game_date = g.game_date
    UNION ALL
    SELECT 8 AS ordinal, 'pitches of a pitcher: pitches, boxscore' AS total, s.game_pk,
           coalesce(p.pitches, 0) AS counted, s.number_of_pitches AS official
    FROM games g
    JOIN game.live_game_player_pitching_stats s ON s.game_pk = g.game_pk AND s.game_date = g.game_date
    LEFT JOIN (
        SELECT game_pk, pitcher_id, count(*) AS pitches FROM mart.pitches GROUP BY game_pk, pitcher_id
    ) p ON p.game_pk = s.game_pk AND p.pitcher_id = s.player_id
    UNION ALL
    SELECT 9 AS ordinal, 'at bats of a batter: plays, boxscore' AS total, s.game_pk,
           coalesce(p.at_bats, 0) AS counted, s.at_bats AS official
    FROM games g
    JOIN game.live_game_player_batting_stats s ON s.game_pk = g.game_pk AND s.game_date = g.game_date
    LEFT JOIN (
        SELECT game_pk, batter_id, count(*) AS at_bats
        FROM mart.plate_appearances
        WHERE is_at_bat
        GROUP BY game_pk, batter_id
    ) p ON p.game_pk = s.game_pk AND p.batter_id = s.player_id
    UNION ALL
    SELECT 10 AS ordinal, 'challenges of balls and strikes: reviews, feed' AS total, a.game_pk,
           coalesce(r.challenges, 0) AS counted, a.used_successful + a.used_failed AS official
    FROM games g
    JOIN game.live_game_abs_challenges a ON a.game_pk = g.game_pk AND a.game_date = g.game_date
    LEFT JOIN (
        SELECT game_pk, challenge_team_id, count(*) AS challenges
        FROM game.live_game_reviews
        WHERE review_type = 'MJ' AND in_progress IS NOT TRUE
        GROUP BY game_pk, challenge_team_id
    ) r ON r.game_pk = a.game_pk AND r.challenge_team_id = a.team_id
)
SELECT
    total,
    count(*)                                                        AS compared,
    count(*) FILTER (WHERE counted IS DISTINCT FROM official)       AS differing,
    sum(counted)                                                    AS counted,
    sum(official)                                                   AS official,
    (array_agg(game_pk ORDER BY game_pk) FILTER (WHERE counted IS DISTINCT FROM official))[1:10] AS games
FROM compared
GROUP BY ordinal, total
ORDER BY ordinal
