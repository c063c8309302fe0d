-- One row an observation: all repeats of one predictor about one answer of the reference, counted by what
-- both guesses are. Where the reference's answer is missing there is nothing to score, and `repeats` is 0.
SELECT
  arm, against, dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, method,
  reference, predictor, answer_repeat, target_outcome,
  SUM(CASE WHEN target_outcome = 'answered' THEN 1 ELSE 0 END) AS repeats,
  SUM(CASE WHEN target_outcome = 'answered' AND treated < 2 AND baseline < 2 THEN 1 ELSE 0 END) AS complete,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 0 AND baseline = 0 THEN 1 ELSE 0 END) AS both_right,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 0 AND baseline = 1 THEN 1 ELSE 0 END) AS only_treated,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 1 AND baseline = 0 THEN 1 ELSE 0 END) AS only_baseline,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 1 AND baseline = 1 THEN 1 ELSE 0 END) AS neither,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 0 AND baseline = 2 THEN 1 ELSE 0 END) AS right_missing,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 1 AND baseline = 2 THEN 1 ELSE 0 END) AS wrong_missing,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 2 AND baseline = 0 THEN 1 ELSE 0 END) AS missing_right,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 2 AND baseline = 1 THEN 1 ELSE 0 END) AS missing_wrong,
  SUM(CASE WHEN target_outcome = 'answered' AND treated = 2 AND baseline = 2 THEN 1 ELSE 0 END) AS both_missing,
  MIN(treated_answer) AS first_answer,
  MAX(treated_answer) AS last_answer,
  MAX(switched) AS switched
FROM slots
GROUP BY
  arm, against, dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, method,
  reference, predictor, answer_repeat, target_outcome
