-- One row a guess: what analysis needs of the table `predictions`, whose files lie under
-- RUN/predictions/. `state` is what becomes of it in the counts: 0 right, 1 wrong, 2 missing.
SELECT
  dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, distance, changed, method,
  reference, explainer, predictor, arm, answer_repeat, repeat,
  outcome, answer, original_answer, target, target_outcome, switched, confidence_level,
  output_tokens, reasoning_tokens, cost_usd,
  CASE WHEN outcome = 'answered' THEN hit END AS hit,
  CASE WHEN outcome = 'answered' AND hit THEN 0 WHEN outcome = 'answered' AND NOT hit THEN 1 ELSE 2 END AS state
FROM predictions
