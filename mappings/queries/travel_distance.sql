/*
question: "7 Travel distance between consecutive games per team"
doc: >-
  Where each team goes from game to game, and how far it is along a great circle. From the schedule: a postponed or
  cancelled game is no journey; both days of a suspended game are. Of venues whose coordinates any response said.
params:
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  team_id: {type: bigint, doc: "One team; all without.", default: null}
columns:
  kilometers: From the venue of the game before; NULL for the first, or where the coordinates of a venue are not known.
  season_kilometers: All journeys of the season up to this game.
*/
WITH played AS (
    SELECT
        g.listed_date, g.game_pk, g.game_date AS starts_at, t.team_id, t.team_name, g.venue_id, v.name AS venue,
        extract(year FROM g.listed_date) AS season,
        radians(v.latitude)  AS latitude,
        radians(v.longitude) AS longitude
    FROM schedule.games g
    JOIN schedule.game_teams t ON t.listed_date = g.listed_date AND t.game_pk = g.game_pk
    LEFT JOIN venue.venue v ON v.venue_id = g.venue_id
    WHERE g.coded_game_state NOT IN ('D', 'C')                    -- neither postponed nor cancelled
      AND (:season IS NULL OR g.listed_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:team_id IS NULL OR t.team_id = :team_id)
), journeys AS (
    SELECT
        p.*,
        lag(venue_id)  OVER (PARTITION BY team_id, season ORDER BY listed_date, starts_at) AS from_venue_id,
        lag(venue)     OVER (PARTITION BY team_id, season ORDER BY listed_date, starts_at) AS from_venue,
        lag(latitude)  OVER (PARTITION BY team_id, season ORDER BY listed_date, starts_at) AS from_latitude,
        lag(longitude) OVER (PARTITION BY team_id, season ORDER BY listed_date, starts_at) AS from_longitude
    FROM played p
), measured AS (                                                 -- haversine; the earth has a radius of 6371 km
    SELECT
        j.*,
        power(sin((latitude - from_latitude) / 2), 2)
            + cos(latitude) * cos(from_latitude) * power(sin((longitude - from_longitude) / 2), 2) AS haversine
    FROM journeys j
), traveled AS (
    SELECT
        m.*,
        CASE WHEN venue_id = from_venue_id THEN 0
             ELSE 2 * 6371 * asin(sqrt(CASE WHEN haversine > 1 THEN 1 ELSE haversine END))
        END AS kilometers
    FROM measured m
)
SELECT
    team_id,
    team_name AS team,
    listed_date,
    game_pk,
    from_venue,
    venue,
    round(kilometers::numeric) AS kilometers,
    round((sum(kilometers) OVER (PARTITION BY team_id, season ORDER BY listed_date, starts_at))::numeric)
        AS season_kilometers
FROM traveled
ORDER BY team_id, listed_date, starts_at
