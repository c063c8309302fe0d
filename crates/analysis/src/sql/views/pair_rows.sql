-- One row a subject: what all predictors together made of one answer of the reference. `both_right` to
-- `neither` are sums of shares of observations, repeats averaged within each; the flags are 1 or 0.
SELECT
  arm, against, dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, method,
  reference, answer_repeat, target_outcome,
  COUNT(*) AS predictors,
  SUM(CASE WHEN complete > 0 THEN 1 ELSE 0 END) AS observations,
  SUM(CASE WHEN complete > 0 THEN CAST(both_right AS DOUBLE) / complete ELSE 0 END) AS both_right,
  SUM(CASE WHEN complete > 0 THEN CAST(only_treated AS DOUBLE) / complete ELSE 0 END) AS only_treated,
  SUM(CASE WHEN complete > 0 THEN CAST(only_baseline AS DOUBLE) / complete ELSE 0 END) AS only_baseline,
  SUM(CASE WHEN complete > 0 THEN CAST(neither AS DOUBLE) / complete ELSE 0 END) AS neither,
  SUM(missing_right + missing_wrong + both_missing) AS treated_missing,
  SUM(right_missing + wrong_missing + both_missing) AS baseline_missing,
  CASE WHEN MAX(first_answer) IS NOT NULL AND SUM(missing_right + missing_wrong + both_missing) = 0
    AND target_outcome = 'answered' THEN 1 ELSE 0 END AS panel_complete,
  CASE WHEN MIN(first_answer) = MAX(last_answer) AND SUM(missing_right + missing_wrong + both_missing) = 0
    AND target_outcome = 'answered' AND SUM(both_right + only_treated + right_missing) = 0
    THEN 1 ELSE 0 END AS unanimous_and_wrong,
  MAX(switched) AS switched
FROM observations
GROUP BY
  arm, against, dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, method,
  reference, answer_repeat, target_outcome
