"""Golden numbers of the analyses predictors, references, baseline, baselines, ceiling and metrics.

A small study is drawn, and every figure computed from the definitions in docs/metrics.md with pandas
and independent packages. Writes study.json beside itself. Needs pandas, pingouin, krippendorff,
scikit-learn, scipy and nltk.
"""

import itertools
import json
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import f1_score, matthews_corrcoef, precision_score, recall_score, roc_auc_score

draw = random.Random(20261124)
LABELS = {"plants": ["NO", "YES"], "stars": ["A", "B", "C"]}
REFERENCES = ["r0", "r1", "r2", "r3"]
PREDICTORS = ["p0", "p1", "p2"]
ARMS = ["with", "without", "own", "shuffled"]
REPEATS = 5
LEVELS = ["low", "medium", "high"]
WORDS = "red blue tall old warm dry near far leaf root".split()

checks = []


def check(sheet, row, column, value):
    if value is not None and np.isfinite(value):
        checks.append({"sheet": sheet, "row": row, "column": column, "value": float(value)})


# The study.
texts = {(d, t): " ".join(draw.choices(WORDS, k=9)) + f", {d} {t}." for d in LABELS for t in range(24)}
truths = {key: draw.choice(LABELS[key[0]]) for key in texts}
pairs = []
for dataset in LABELS:
    for original in range(12):
        for counterfactual in draw.sample([t for t in range(24) if t != original], 3):
            cue = draw.choice(LABELS[dataset]) if dataset == "stars" else None
            pairs.append({"dataset": dataset, "original": original, "counterfactual": counterfactual, "cue": cue})
answers = {}
for reference, (key, truth) in itertools.product(REFERENCES, truths.items()):
    labels = LABELS[key[0]]
    usual = truth if draw.random() < 0.6 + 0.1 * REFERENCES.index(reference) else draw.choice(labels)
    answers[reference, *key] = [usual if draw.random() < 0.8 else draw.choice(labels) for _ in range(REPEATS)]
rows, grades, mentions = [], [], []
for number, pair in enumerate(pairs):
    for reference in REFERENCES:
        labels = LABELS[pair["dataset"]]
        target = answers[reference, pair["dataset"], pair["counterfactual"]][0]
        before = answers[reference, pair["dataset"], pair["original"]][0]
        grade = draw.choice([0, 2, 2.5, 5, 7, 8, 9.5, 10])
        grades.append([number, reference, grade])
        mentions.append([number, reference, int(draw.random() < (0.7 if target != before else 0.4))])
        for predictor, arm in itertools.product(PREDICTORS, ARMS):
            skill = {"with": 0.75, "without": 0.55, "own": 0.5, "shuffled": 0.52}[arm]
            skill += 0.03 * PREDICTORS.index(predictor) + (0.01 * grade if arm == "with" else 0)
            label = target if draw.random() < skill else draw.choice(labels)
            lost = draw.random()
            outcome = "answered" if lost > 0.06 else "abstained" if lost > 0.02 else "hedged"
            rows.append([number, reference, predictor, arm, label if outcome == "answered" else None, outcome,
                         draw.choices(LEVELS, [1, 2, 3 if label == target else 1])[0]])

frame = pd.DataFrame(rows, columns=["pair", "reference", "predictor", "arm", "label", "outcome", "level"])
for name in ("dataset", "original", "counterfactual", "cue"):
    frame[name] = [pairs[n][name] for n in frame.pair]
frame["target"] = [answers[r, d, c][0] for r, d, c in zip(frame.reference, frame.dataset, frame.counterfactual)]
frame["before"] = [answers[r, d, o][0] for r, d, o in zip(frame.reference, frame.dataset, frame.original)]
frame["hit"] = np.where(frame.label.isna(), np.nan, (frame.label == frame.target).astype(float))
keys = ["pair", "reference", "predictor"]
wide = frame.pivot(index=keys, columns="arm", values="hit")
facts = frame.drop_duplicates(keys).set_index(keys)[["dataset", "original", "counterfactual", "cue", "target", "before"]]
scored = wide.dropna(subset=["with", "without"]).join(facts).reset_index()


def nsg(part):
    wrong = (1 - part["without"]).sum()
    return 1 - (1 - part["with"]).sum() / wrong if wrong else np.nan


# predictors: order and level.
MEASURES = {
    "nsg": nsg,
    "gain": lambda p: p["with"].mean() - p["without"].mean(),
    "a_with": lambda p: p["with"].mean(),
    "a_without": lambda p: p["without"].mean(),
}
for measure, figure in MEASURES.items():
    table = pd.Series({k: figure(p) for k, p in scored.groupby(["reference", "predictor"])})
    long = table.rename_axis(["reference", "predictor"]).rename("value").reset_index()
    w = pingouin.friedman(long, dv="value", within="reference", subject="predictor")["W"].iloc[0]
    icc = pingouin.intraclass_corr(long, targets="reference", raters="predictor", ratings="value").set_index("Type")["ICC"]
    row = {"measure": measure}
    check("predictors", row, "w", w)
    check("predictors", row, "icc_a", icc["ICC(A,1)"])
    check("predictors", row, "icc_c", icc["ICC(C,1)"])
# predictors: without one of them.
for (reference, part), predictor in itertools.product(scored.groupby("reference"), PREDICTORS):
    row = {"reference": reference, "without": predictor}
    check("predictors-dropout", row, "nsg", nsg(part[part.predictor != predictor]))
    check("predictors-dropout", row, "nsg_all", nsg(part))
# predictors: labels.
codes = {label: code for code, label in enumerate(["NO", "YES", "A", "B", "C"])}
for arm, part in frame.groupby("arm"):
    said = part.assign(code=part.label.map(codes)).pivot(index=["pair", "reference"], columns="predictor", values="code")
    alpha = krippendorff.alpha(reliability_data=said.T.to_numpy(float), level_of_measurement="nominal")
    check("predictors-labels", {"arm": arm}, "alpha", alpha)
    for one, other in itertools.combinations(PREDICTORS, 2):
        both = said[[one, other]].dropna()
        row = {"arm": arm, "predictor": one, "other": other}
        check("predictors-pairs", row, "guesses", len(both))
        check("predictors-pairs", row, "agreement", (both[one] == both[other]).mean())
        check("predictors-pairs", row, "phi", matthews_corrcoef(both[one], both[other]))
# predictors: consistency and testability. A panel has treated guesses of at least two predictors.
treated = frame[(frame.arm == "with") & frame.label.notna()]
panels = treated.groupby(["pair", "reference"]).agg(
    n=("label", "size"), labels=("label", "nunique"), sure=("level", lambda v: np.mean([LEVELS.index(x) for x in v])))
panels = panels[panels.n > 1].assign(consistent=lambda p: p.labels == 1)
graded = pd.DataFrame(grades, columns=["pair", "reference", "grade"]).set_index(["pair", "reference"]).grade
panels["grade"] = graded
for what, column in (("testability", "grade"), ("confidence", "sure")):
    row = {"held_against": what, "level": "all"}
    check("predictors-consistency", row, "consistent", panels.consistent.mean())
    check("predictors-consistency", row, "auroc", roc_auc_score(panels.consistent, panels[column]))
for grade, part in panels.groupby(np.floor(panels.grade)):
    row = {"held_against": "testability", "level": f"{grade:.0f}"}
    check("predictors-consistency", row, "consistent", part.consistent.mean())
seen = scored.join(graded, on=["pair", "reference"])
for grade in range(11):
    row = {"grade": str(grade)}
    check("predictors-testability", row, "nsg", nsg(seen[seen.grade >= grade]))
    check("predictors-testability", row, "at_least", (graded >= grade).sum())
    check("predictors-testability", row, "share", (np.floor(graded) == grade).mean())
# predictors: confidence.
known = frame[frame.hit.notna()]
for (predictor, arm), part in known.groupby(["predictor", "arm"]):
    row = {"predictor": predictor, "arm": arm}
    check("predictors-confidence", row | {"confidence": "all"}, "auroc",
          roc_auc_score(part.hit, [LEVELS.index(level) for level in part.level]))
    for level, some in part.groupby("level"):
        check("predictors-confidence", row | {"confidence": level}, "accuracy", some.hit.mean())

# references: answers of the first repeat to questions that stand in pairs.
stand = {(p["dataset"], t) for p in pairs for t in (p["original"], p["counterfactual"])}
first = pd.DataFrame([(r, d, t, a[0], truths[d, t]) for (r, d, t), a in answers.items() if (d, t) in stand],
                     columns=["reference", "dataset", "text", "label", "truth"])
for (reference, dataset), part in first.groupby(["reference", "dataset"]):
    row = {"reference": reference, "dataset": dataset}
    check("references", row, "accuracy", (part.label == part.truth).mean())
    check("references", row, "majority", part.truth.value_counts(normalize=True).max())
    moved = facts.reset_index().query("reference == @reference and dataset == @dataset").drop_duplicates("pair")
    check("references", row, "switched", (moved.before != moved.target).mean())
    for label in LABELS[dataset]:
        check("references-labels", row | {"label": label}, "share", (part.label == label).mean())
        check("references-labels", row | {"label": label}, "truth_share", (part.truth == label).mean())
for dataset, part in first.groupby("dataset"):
    table = part.pivot(index="text", columns="reference", values="label")
    for one, other in itertools.combinations(REFERENCES, 2):
        row = {"dataset": dataset, "reference": one, "other": other}
        check("references-agreement", row, "agreement", (table[one] == table[other]).mean())
        check("references-agreement", row, "phi", matthews_corrcoef(table[one], table[other]))

# baseline: over references and datasets.
points = pd.DataFrame([(p["without"].mean(), p["with"].mean(), p["with"].mean() - p["without"].mean(), nsg(p))
                       for _, p in scored.groupby(["reference", "dataset"])], columns=["x", "a_with", "gain", "nsg"])
for measure in ("a_with", "gain", "nsg"):
    row = {"over": "reference, dataset", "measure": measure}
    check("baseline", row, "pearson", pearsonr(points.x, points[measure])[0])
    check("baseline", row, "spearman", spearmanr(points.x, points[measure])[0])

# baselines, on the scored observations. Majorities count each answer to a question once, in however many
# pairs the question stands; a question in several clusters belongs to each of them.
majority = defaultdict(Counter)
clusters = defaultdict(Counter)
for one in scored.drop_duplicates(["reference", "dataset", "counterfactual"]).itertuples():
    majority[one.reference, one.dataset][one.target] += 1
for one in scored.drop_duplicates(["reference", "dataset", "original", "counterfactual"]).itertuples():
    clusters[one.reference, one.dataset, one.original][one.target] += 1


def most(one, labels, outside=True):
    everything, own = majority[one.reference, one.dataset], clusters[one.reference, one.dataset, one.original]
    return max(labels, key=lambda label: (everything[label] - (own[label] if outside else 0), -labels.index(label)))


RULES = {
    "copy": lambda one: one.before,
    "majority": lambda one: most(one, LABELS[one.dataset]),
    "majority_in_sample": lambda one: most(one, LABELS[one.dataset], outside=False),
    "switch": lambda one: most(one, [label for label in LABELS[one.dataset] if label != one.before]),
}
for name, rule in RULES.items():
    scored[name] = [float(rule(one) == one.target) for one in scored.itertuples()]
for reference, part in scored.groupby("reference"):
    strictest = []
    for name in ["without", *RULES, "own", "shuffled"]:
        some = part[part[name].notna()]
        row = {"reference": reference, "baseline": name}
        value = 1 - (1 - some["with"]).sum() / (1 - some[name]).sum()
        check("baselines", row, "observations", len(some))
        check("baselines", row, "accuracy", some[name].mean())
        check("baselines", row, "a_with", some["with"].mean())
        check("baselines", row, "nsg", value)
        if name != "majority_in_sample" and len(some) >= 0.9 * len(part):
            strictest.append(value)
    check("baselines-best", {"reference": reference}, "nsg_best", min(strictest))

# ceiling.
def leave_one_out(replies):
    right = 0
    for at, label in enumerate(replies):
        rest = Counter(replies[:at] + replies[at + 1:])
        modes = [a for a, n in rest.items() if n == max(rest.values())]
        right += (label in modes) / len(modes)
    return right / len(replies)


def modes(replies):
    counts = Counter(replies)
    return {a for a, n in counts.items() if n == max(counts.values())}


scored["replies"] = [answers[o.reference, o.dataset, o.counterfactual] for o in scored.itertuples()]
scored["low"] = scored.replies.map(leave_one_out)
scored["high"] = scored.replies.map(lambda r: max(Counter(r).values()) / len(r))
guess = treated.set_index(keys).label
scored["guess"] = [guess[o.pair, o.reference, o.predictor] for o in scored.itertuples()]
together = treated.groupby(["pair", "reference"]).label.agg(["size", "nunique"])
for reference, part in scored.groupby("reference"):
    row = {"reference": reference}
    for end in ("low", "high"):
        check("ceiling", row, f"ceiling_{end}", part[end].mean())
    gain, without = part["with"].mean() - part["without"].mean(), part["without"].mean()
    check("ceiling", row, "nsg_of_ceiling_low", gain / (part.high.mean() - without))
    check("ceiling", row, "nsg_of_ceiling_high", gain / (part.low.mean() - without))
    kinds = Counter()
    wrong = part[part["with"] == 0]
    for one in wrong.itertuples():
        usual, rest = modes(one.replies), list(one.replies)
        rest.remove(one.target)
        size, labels = together.loc[one.pair, one.reference]
        if one.guess in usual:
            kinds["inconsistency"] += 1
        else:
            kinds["not_modal"] += 1
        kinds["inconsistency_most"] += one.guess in usual or one.guess in modes(rest)
        if size > 1:
            kinds["panel"] += 1
            kinds["misled"] += one.guess not in usual and labels == 1
            kinds["at_odds"] += one.guess not in usual and labels > 1
    for kind in ("inconsistency", "inconsistency_most", "not_modal"):
        check("ceiling-errors", row, kind, kinds[kind] / len(wrong))
    for kind in ("misled", "at_odds"):
        check("ceiling-errors", row, kind, kinds[kind] / kinds["panel"])
    check("ceiling-errors", row, "error_rate", len(wrong) / len(part))

# metrics.
def tokens(text):
    return re.findall(r"\w+|[^\w\s]", text.lower())


def bleu(reference, candidate):
    return sentence_bleu([reference], candidate, smoothing_function=SmoothingFunction().method2)


for reference, arm in itertools.product(REFERENCES, ("with", "without")):
    part = frame[(frame.reference == reference) & (frame.arm == arm)]
    row = {"reference": reference, "arm": arm}
    by_original = part.dropna(subset=["hit"]).groupby(["dataset", "original"]).hit.mean()
    check("metrics-precision", row, "precision", by_original.mean())
    answered, abstained = (part.outcome == "answered").sum(), (part.outcome == "abstained").sum()
    check("metrics-precision", row, "coverage", answered / (answered + abstained))
    cue = part[part.cue.notna() & (part.cue != part.before) & part.label.notna()]
    followed, suspected = cue.target == cue.cue, cue.label == cue.cue
    sure = np.where(suspected, 1, -1) * [1 + LEVELS.index(level) for level in cue.level]
    check("metrics-cue", row, "accuracy", (followed == suspected).mean())
    check("metrics-cue", row, "precision", precision_score(followed, suspected, zero_division=np.nan))
    check("metrics-cue", row, "recall", recall_score(followed, suspected, zero_division=np.nan))
    check("metrics-cue", row, "f1", f1_score(followed, suspected, zero_division=np.nan))
    specificity = recall_score(~followed, ~suspected, zero_division=np.nan)
    check("metrics-cue", row, "g_mean", (recall_score(followed, suspected, zero_division=np.nan) * specificity) ** 0.5)
    check("metrics-cue", row, "fpr", 1 - specificity)
    check("metrics-cue", row, "ecr", (followed & ~suspected).mean())
    check("metrics-cue", row, "auroc", roc_auc_score(followed, sure))
for reference in REFERENCES:
    row = {"reference": reference}
    part = scored[scored.reference == reference]
    check("metrics-simulation", row, "reward", 2 * part["with"].mean() - part["without"].mean())
    words, runs = [], []
    for _, some in treated[treated.reference == reference].groupby(["dataset", "original"]):
        known_texts = [tokens(texts[some.dataset.iloc[0], t]) for t in sorted(some.counterfactual.unique())]
        both = list(itertools.combinations(known_texts, 2))
        if both:
            words.append(1 - np.mean([len(set(a) & set(b)) / len(set(a) | set(b)) for a, b in both]))
            runs.append(1 - np.mean([(bleu(a, b) + bleu(b, a)) / 2 for a, b in both]))
    check("metrics-generality", row, "generality_jaccard", np.mean(words))
    check("metrics-generality", row, "generality_bleu", np.mean(runs))
    named = {n: m for n, r, m in mentions if r == reference}
    moved = facts.reset_index().query("reference == @reference").drop_duplicates("pair")
    check("metrics-cct", row, "phi_cct",
          matthews_corrcoef(moved.before != moved.target, [named[n] for n in moved.pair]))

out = {
    "pairs": pairs,
    "texts": [[d, t, text, truths[d, t], LABELS[d]] for (d, t), text in texts.items()],
    "answers": [[r, d, t, a] for (r, d, t), a in answers.items()],
    "guesses": rows,
    "grades": grades,
    "mentions": mentions,
    "checks": checks,
}
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(one, separators=(",", ":")) for one in many) + "\n]" for name, many in out.items()]
Path(__file__).with_name("study.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(len(rows), "guesses,", len(checks), "checks")
