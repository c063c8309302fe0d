-- What the Arrow reduction refuses and SQL does not see: it has no row where the tables are sound.
SELECT 'stands twice' AS fault, pair_id, reference, predictor, arm, answer_repeat, repeat
FROM guesses
GROUP BY
  dataset, pair_id, original_text_id, counterfactual_text_id, answer_order,
  reference, predictor, arm, answer_repeat, repeat
HAVING COUNT(*) > 1
UNION ALL
SELECT 'targets differ', pair_id, reference, MIN(predictor), MIN(arm), answer_repeat, MIN(repeat)
FROM guesses
GROUP BY
  dataset, pair_id, original_text_id, counterfactual_text_id, answer_order, reference, answer_repeat
HAVING MIN(target_outcome) <> MAX(target_outcome) OR MIN(COALESCE(target, '')) <> MAX(COALESCE(target, ''))
UNION ALL
SELECT 'an answer and a target, but no hit', pair_id, reference, predictor, arm, answer_repeat, repeat
FROM guesses
WHERE outcome = 'answered' AND (answer IS NULL OR (target_outcome = 'answered' AND hit IS NULL))
