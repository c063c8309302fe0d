-- One row a repeat: the guesses of the treated arm :arm and of the baseline :against by one predictor
-- about one answer of the reference. A guess without a row is missing. Guesses from the explanation of
-- another model meet the baseline of the reference, so the explainer is not among what groups them.
SELECT
  :arm AS arm, :against AS against,
  dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, method,
  reference, predictor, answer_repeat, repeat, target_outcome,
  COALESCE(MAX(CASE WHEN arm = :arm THEN state END), 2) AS treated,
  COALESCE(MAX(CASE WHEN arm = :against THEN state END), 2) AS baseline,
  MAX(CASE WHEN arm = :arm AND outcome = 'answered' THEN answer END) AS treated_answer,
  MAX(CASE WHEN switched THEN 1 WHEN NOT switched THEN 0 END) AS switched
FROM guesses
WHERE arm IN (:arm, :against)
GROUP BY
  dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, method,
  reference, predictor, answer_repeat, repeat, target_outcome
