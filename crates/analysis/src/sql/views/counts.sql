-- The table `counts` (docs/formats.md), by every column that the predictions hold: what
-- `foretell analyze --counts` reads. Rows add up, so it can be summed over columns that are then null.
SELECT
  arm, against, reference,
  CAST(NULL AS STRING) AS model, CAST(NULL AS STRING) AS family, CAST(NULL AS STRING) AS effort,
  predictor, answer_order,
  COALESCE(CAST(distance AS STRING), 'unknown') AS distance,
  COALESCE(method, 'unknown') AS method,
  CAST(NULL AS STRING) AS changed,
  dataset, pair_id, original_text_id, counterfactual_text_id,
  CAST(repeats AS BIGINT) AS repeats,
  CAST(complete AS BIGINT) AS complete,
  CAST(COUNT(*) AS BIGINT) AS observations,
  CAST(SUM(both_right) AS BIGINT) AS both_right,
  CAST(SUM(only_treated) AS BIGINT) AS only_treated,
  CAST(SUM(only_baseline) AS BIGINT) AS only_baseline,
  CAST(SUM(neither) AS BIGINT) AS neither,
  CAST(SUM(right_missing) AS BIGINT) AS right_missing,
  CAST(SUM(wrong_missing) AS BIGINT) AS wrong_missing,
  CAST(SUM(missing_right) AS BIGINT) AS missing_right,
  CAST(SUM(missing_wrong) AS BIGINT) AS missing_wrong,
  CAST(SUM(both_missing) AS BIGINT) AS both_missing
FROM observations
GROUP BY
  arm, against, reference, predictor, answer_order, distance, method,
  dataset, pair_id, original_text_id, counterfactual_text_id, repeats, complete
