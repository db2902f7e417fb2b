/*
question: "23 Draft bonus vs slot by round"
doc: >-
  What drafted players were paid against the value of their picks, by round. Compared are those of whom both are known;
  late rounds have no value.
params:
  year: {type: integer, doc: "One draft; all without.", default: null}
columns:
  signed: Picks whose bonus is known.
  compared: Picks whose bonus and value are known.
  slot_value: Dollars, of the compared.
  bonuses: Dollars, of the compared.
  bonus_percent: Of the value.
  over_slot: Picks that got more than their value.
  highest_bonus: Dollars.
*/
WITH picks AS (
    SELECT draft_year, round, pick_number, pick_value, signing_bonus,
           pick_value IS NOT NULL AND signing_bonus IS NOT NULL AS is_compared
    FROM draft.picks
    WHERE :year IS NULL OR draft_year = :year
)
SELECT
    draft_year,
    round,
    count(*)                                                                AS picks,
    count(signing_bonus)                                                    AS signed,
    count(*) FILTER (WHERE is_compared)                                     AS compared,
    sum(pick_value) FILTER (WHERE is_compared)                              AS slot_value,
    sum(signing_bonus) FILTER (WHERE is_compared)                           AS bonuses,
    round(100.0 * sum(signing_bonus) FILTER (WHERE is_compared)
          / nullif(sum(pick_value) FILTER (WHERE is_compared), 0), 1)       AS bonus_percent,
    count(*) FILTER (WHERE signing_bonus > pick_value)                      AS over_slot,
    max(signing_bonus)                                                      AS highest_bonus
FROM picks
GROUP BY draft_year, round
ORDER BY draft_year, min(pick_number)
