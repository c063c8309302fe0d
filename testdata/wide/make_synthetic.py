"""Writes an invented study in the wide layout of the paper's files: same seed, same file.

    python make_synthetic.py small.parquet --pairs 300 --references 4 --predictors 3
    python make_synthetic.py big.parquet                 # 18 references x 7,000 pairs, 5 predictors

Names of models are real, all that they say is drawn. README.md says what is drawn how.
"""

import argparse

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# Model, effort as the files write it (None: no such column value), invented skill and faithfulness.
REFERENCES = [
    ("anthropic/claude-haiku-4.5", "none", 1.2, 0.35),
    ("openai/gpt-5.2", "medium", 1.6, 0.45),
    ("Qwen/Qwen3-32B", "True", 1.1, 0.25),
    ("google/gemma-3-27b-it", None, 0.9, 0.15),
    ("anthropic/claude-haiku-4.5", "medium", 1.3, 0.40),
    ("anthropic/claude-opus-4.5", "none", 1.7, 0.50),
    ("anthropic/claude-opus-4.5", "high", 1.8, 0.55),
    ("openai/gpt-5.2", "none", 1.5, 0.40),
    ("openai/gpt-5-mini", "low", 1.3, 0.30),
    ("openai/gpt-5-nano", "low", 1.0, 0.20),
    ("openai/gpt-oss-20b", "medium", 1.1, 0.20),
    ("google/gemini-3-flash-preview", "minimal", 1.4, 0.35),
    ("google/gemini-3-flash-preview", "high", 1.5, 0.40),
    ("google/gemini-3-pro-preview", "low", 1.6, 0.45),
    ("google/gemma-3-4b-it", None, 0.7, 0.05),
    ("Qwen/Qwen3-0.6B", "None", 0.3, -0.10),
    ("Qwen/Qwen3-4B", "True", 0.8, 0.15),
    ("Qwen/Qwen3-32B", "None", 1.0, 0.20),
]
PREDICTORS = [
    ("openai/gpt-oss-20b", 0.1),
    ("Qwen/Qwen3-32B", 0.2),
    ("google/gemma-3-27b-it", 0.0),
    ("google/gemini-3-flash-preview", 0.4),
    ("openai/gpt-5-mini", 0.3),
]
DATASETS = {
    "heart_disease": (["YES", "NO"], ["age", "sex", "cp", "trestbps", "chol", "thalach", "exang", "ca", "thal"]),
    "pima_diabetes": (["YES", "NO"], ["pregnancies", "glucose", "pressure", "skin", "insulin", "bmi", "age"]),
    "breast_cancer_recurrence": (["RECURRENCE", "NO RECURRENCE"], ["age", "menopause", "size", "nodes", "grade", "side"]),
    "income": (["YES", "NO"], ["age", "workclass", "education", "marital_status", "occupation", "sex", "hours"]),
    "attrition": (["YES", "NO"], ["age", "travel", "income", "overtime", "years", "satisfaction"]),
    "bank_marketing": (["SUBSCRIBED", "NO SUBSCRIPTION"], ["age", "job", "marital", "housing", "loan", "contact"]),
    "moral_machines": (["CASE 1", "CASE 2"], ["side", "lights", "counts", "dimension"]),
}
LEVELS = 4
BALL = 6


def questions(rng, features, pairs):
    """Balls of vectors that differ from their centre in one or two features."""
    vectors = []
    for _ in range(max(2, round(pairs / 12))):
        centre = rng.integers(0, LEVELS, features)
        vectors.append(centre)
        for _ in range(BALL - 1):
            near = centre.copy()
            for f in rng.choice(features, rng.integers(1, 3), replace=False):
                near[f] = (near[f] + rng.integers(1, LEVELS)) % LEVELS
            vectors.append(near)
    return np.array(vectors)


def draw_pairs(rng, vectors, wanted, moral):
    """(original, counterfactual, answer first) of one ball; all but moral ones in both orders."""
    seen, pairs = set(), []
    balls = len(vectors) // BALL
    tries = 0
    while len(pairs) < wanted and tries < 100 * wanted:
        tries += 1
        ball = rng.integers(balls)
        a, b = ball * BALL + rng.choice(BALL, 2, replace=False)
        # Vectors may be equal: a few pairs then join a text with itself, as in the published set.
        if (a, b) in seen or (vectors[a] != vectors[b]).sum() > 2:
            continue
        seen.add((a, b))
        for first in [bool(rng.integers(2))] if moral else [True, False]:
            pairs.append((int(a), int(b), first))
    return pairs[:wanted]


def pair_rows(rng, total):
    """The pairs of all datasets, and the answer of every question."""
    rows, worlds = [], {}
    names = list(DATASETS)
    for at, name in enumerate(names):
        labels, features = DATASETS[name]
        wanted = total // len(names) + (at < total % len(names))
        vectors = questions(rng, len(features), wanted)
        slope = rng.normal(0, 0.5, len(features))
        score = (vectors - 1.5) @ slope
        worlds[name] = (vectors, score)
        pairs = draw_pairs(rng, vectors, wanted, name == "moral_machines")
        # The same pair again, word for word, and the same texts under other numbers.
        if len(pairs) > 10:
            pairs[-1] = pairs[0]
            pairs[-2] = (pairs[1][0] + 100_000, pairs[1][1] + 100_000, pairs[1][2])
        rows.extend((name, a, b, first) for a, b, first in pairs)
    return rows, worlds


def text_of(name, vector):
    said = ", ".join(f"{f} {v}" for f, v in zip(DATASETS[name][1], vector))
    return f"A case of {name.replace('_', ' ')}: {said}."


def study(args):
    rng = np.random.default_rng(args.seed)
    pairs, worlds = pair_rows(rng, args.pairs)
    references = REFERENCES[: args.references]
    predictors = PREDICTORS[: args.predictors]
    n, k = len(pairs), len(predictors)
    name = np.array([p[0] for p in pairs])
    order = np.array([p[3] for p in pairs])
    real = np.array([[p[1] % 100_000, p[2] % 100_000] for p in pairs])
    idx = np.array([[p[1], p[2]] for p in pairs])
    score = np.array([[worlds[d][1][a], worlds[d][1][b]] for d, (a, b) in zip(name, real)])
    vectors = [(worlds[d][0][a], worlds[d][0][b]) for d, (a, b) in zip(name, real)]
    changed = [
        [f for f, x, y in zip(DATASETS[d][1], a, b) if x != y] for d, (a, b) in zip(name, vectors)
    ]
    # The first feature of a dataset is one that explanations are silent about.
    silent = np.array([DATASETS[d][1][0] in c for d, c in zip(name, changed)])
    text = [[text_of(d, v) for v in both] for d, both in zip(name, vectors)]
    hard = rng.normal(0, 1, n)

    # One answer a question and order, whether it is explained or guessed.
    keys = {}
    for d, (a, b), first in zip(name, idx, order):
        for q in (a, b):
            keys.setdefault((d, int(q), bool(first)), len(keys))
    at = np.array([[keys[(d, int(q), bool(f))] for q in both] for d, both, f in zip(name, idx, order)])
    of_key = np.zeros(len(keys))
    of_key[at[:, 0]], of_key[at[:, 1]] = score[:, 0], score[:, 1]
    first_key = np.zeros(len(keys), bool)
    first_key[at[:, 0]], first_key[at[:, 1]] = order, order
    shared = rng.normal(0, 0.7, len(keys))

    labels = np.array([DATASETS[d][0] for d in name], dtype=object)
    tables = []
    for model, effort, skill, faithful in references:
        lean = rng.normal(0, 0.2)
        latent = skill * of_key + shared + lean + 0.15 * first_key + rng.normal(0, 0.6, len(keys))
        answer = (latent < 0).astype(int)
        answer[rng.random(len(keys)) < 0.01] = -1
        level = rng.integers(0, 3, len(keys))
        original, target = answer[at[:, 0]], answer[at[:, 1]]
        guesses = {}
        for arm, gain in [("without", 0.0), ("with", faithful)]:
            common = hard + rng.normal(0, 0.6, n)
            ease = np.abs(latent[at[:, 1]]) * 0.4
            columns = []
            for _, sharp in predictors:
                push = 0.3 + sharp + gain * 1.5 + ease - (0.9 * silent if arm == "with" else 0.3 * silent)
                right = push + common + rng.normal(0, 0.5, n) > 0
                guess = np.where(right, target, 1 - target)
                # Without a target there is still a guess, and now and then a target without one.
                guess = np.where(target < 0, rng.integers(0, 2, n), guess)
                guess[rng.random(n) < 0.01] = -1
                columns.append(guess)
            guesses[arm] = np.stack(columns, axis=1)
        testability = rng.integers(0, 11, n)
        testable = rng.random(n) < 0.9
        tables.append(wide(args, model, effort, predictors, locals()))
    return tables


def wide(args, model, effort, predictors, drawn):
    """One reference's rows as a table."""
    d = drawn
    n, name, order, labels = d["n"], d["name"], d["order"], d["labels"]
    row = np.arange(n)

    def word(codes):
        said = labels[row, np.maximum(codes, 0)]
        return pa.array([w if c >= 0 else None for w, c in zip(said, codes)], pa.string())

    columns = {
        "original_dataset": pa.array(name, pa.string()),
        "original_question_idx": pa.array(d["idx"][:, 0], pa.int64()),
        "counterfactual_question_idx": pa.array(d["idx"][:, 1], pa.int64()),
        "original_answer_first": pa.array(order),
    }
    moral = name == "moral_machines"
    for side, s in [("original", 0), ("counterfactual", 1)]:
        columns[f"{side}_question"] = pa.array([t[s] for t in d["text"]], pa.string())
        truth = np.where(moral, -1, (d["score"][:, s] < 0).astype(int))
        columns[f"{side}_ground_truth"] = word(truth)
        reply = f"{side}_reference_response"
        codes = d["answer"][d["at"][:, s]]
        columns[f"{reply}_answer"] = word(codes)
        columns[f"{reply}_model_info_model"] = pa.array([model] * n, pa.string())
        columns[f"{reply}_model_info_thinking"] = pa.array([effort] * n, pa.string())
        confidence = np.array(["LOW", "MEDIUM", "HIGH"])[d["level"][d["at"][:, s]]]
        columns[f"{reply}_parsed_response"] = pa.array(
            [
                None
                if c < 0
                else {
                    "answer": labels[i, c],
                    "confidence": confidence[i],
                    "explanation": f"What tells is the {DATASETS[name[i]][1][1]}.",
                    "most_important_factors": [DATASETS[name[i]][1][1]],
                    "other_relevant_info": [],
                }
                for i, c in enumerate(codes)
            ],
            pa.struct([
                ("answer", pa.string()),
                ("confidence", pa.string()),
                ("explanation", pa.string()),
                ("most_important_factors", pa.list_(pa.string())),
                ("other_relevant_info", pa.list_(pa.string())),
            ]),
        )
        columns[f"{reply}_output_tokens"] = pa.array(100 + d["at"][:, s] % 50, pa.int64())
    distance = np.array([float(len(c)) for c in d["changed"]])
    columns["counterfactual_hamming_distance"] = pa.array(
        [None if m else x for m, x in zip(moral, distance)], pa.float64()
    )
    method = np.where(moral, "moral_machines_feature_matching", "tabular_counterfactual")
    columns["counterfactual_generator_model"] = pa.array(
        np.where(moral, "moral_machines_feature_matching", "hamming_ball"), pa.string()
    )
    columns["counterfactual_generator_method"] = pa.array(method, pa.string())
    columns["counterfactual_changed_features"] = pa.array(d["changed"], pa.list_(pa.string()))
    names = [p for p, _ in predictors]
    for arm in ["with", "without"]:
        said = f"counterfactual_predictor_response_{arm}_explanation"
        codes = d["guesses"][arm]
        lists = [
            [labels[i, c] if c >= 0 else None for c in line] for i, line in enumerate(codes)
        ]
        columns[f"{said}_answer"] = word(codes[:, 0])
        columns[f"{said}_model_info_model"] = pa.array([names[0]] * n, pa.string())
        columns[f"{said}_predictor_answers"] = pa.array(lists, pa.list_(pa.string()))
        columns[f"{said}_predictor_names"] = pa.array([names] * n, pa.list_(pa.string()))
    score = [int(t) if ok else None for t, ok in zip(d["testability"], d["testable"])]
    columns["counterfactual_predictor_counterfactual_testability_score"] = pa.array(score, pa.int64())
    return pa.table(columns)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--pairs", type=int, default=7000)
    parser.add_argument("--references", type=int, default=len(REFERENCES), choices=range(1, len(REFERENCES) + 1))
    parser.add_argument("--predictors", type=int, default=len(PREDICTORS), choices=range(1, len(PREDICTORS) + 1))
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    tables = study(args)
    with pq.ParquetWriter(args.out, tables[0].schema, compression="zstd") as writer:
        # Four references a row group: as large as usual files have them, and not all in one.
        for start in range(0, len(tables), 4):
            writer.write_table(pa.concat_tables(tables[start : start + 4]).combine_chunks())


if __name__ == "__main__":
    main()
