"""Computes the paper's figures from a file of the wide layout with pandas, and writes them as JSON.

    python oracle.py small.parquet small.golden.json

Written from the definitions alone; README.md says what every number is. Shares no code with the
program that it checks.
"""

import json
import math
import sys
from itertools import product

import numpy as np
import pandas as pd

FAMILIES = ["gpt", "claude", "gemini", "gemma", "qwen", "llama"]
PUBLISHED_FAMILIES = ["claude", "gpt", "gemini", "gemma", "qwen"]
MIN_ANSWERED = 3


def family(model):
    """The family that a model's name shows, else its maker, else the name itself."""
    bare = model.split("/")[-1].lower()
    return next((f for f in FAMILIES if f in bare), model.split("/")[0].lower())


def published_family(model):
    return next((f for f in PUBLISHED_FAMILIES if f in model.lower()), "other")


class Study:
    """The file as arrays by reference, pair and predictor; label numbers, -1 where there is none."""

    def __init__(self, path):
        data = pd.read_parquet(path)
        ask = "original_reference_response_model_info"
        model, effort = data[f"{ask}_model"], data[f"{ask}_thinking"]
        data["model"] = model
        data["effort"] = effort
        data["reference"] = [m if e is None or e != e else f"{m}_{e}" for m, e in zip(model, effort)]
        data["order"] = np.where(data.original_answer_first.astype(bool), "first", "last")
        ids = ["original_dataset", "original_question_idx", "counterfactual_question_idx", "order"]
        # The same ids again under one reference are another pair.
        data["copy"] = data.groupby(["reference", *ids]).cumcount() + 1
        stem = [f"{d}/{a}>{b}:{o}" for d, a, b, o in data[ids].itertuples(index=False)]
        data["pair"] = [s if c == 1 else f"{s}#{c}" for s, c in zip(stem, data["copy"])]
        said = "counterfactual_predictor_response_{}_explanation_predictor_{}".format
        names = sorted({p for row in data[said("with", "names")] for p in row})
        words = set(data.original_reference_response_answer) | set(data.counterfactual_reference_response_answer)
        for arm in ["with", "without"]:
            words |= {g for row in data[said(arm, "answers")] for g in row}
        words = sorted(w for w in words if isinstance(w, str))
        number = {w: i for i, w in enumerate(words)}

        first = data.drop_duplicates("pair").set_index("pair")
        self.pairs = first.index.to_numpy()
        self.references = sorted(data.reference.unique())
        self.predictors = names
        at_pair = pd.Index(self.pairs).get_indexer(data["pair"])
        at_reference = pd.Index(self.references).get_indexer(data.reference)
        shape = (len(self.references), len(self.pairs), len(names))
        code = lambda column: np.array([number.get(w, -1) for w in column])
        self.original = np.full(shape[:2], -1)
        self.target = np.full(shape[:2], -1)
        self.there = np.zeros(shape[:2], bool)
        self.original[at_reference, at_pair] = code(data.original_reference_response_answer)
        self.target[at_reference, at_pair] = code(data.counterfactual_reference_response_answer)
        self.there[at_reference, at_pair] = True
        self.guess = {}
        for arm in ["with", "without"]:
            guesses = np.full(shape, -1)
            for r, p, who, what in zip(at_reference, at_pair, data[said(arm, "names")], data[said(arm, "answers")]):
                for name, label in zip(who, what):
                    guesses[r, p, names.index(name)] = number.get(label, -1)
            self.guess[arm] = guesses
        by_reference = data.drop_duplicates("reference").set_index("reference").loc[self.references]
        self.models = by_reference.model.to_numpy()
        self.efforts = np.array([e if isinstance(e, str) else "" for e in by_reference.effort])
        self.dataset = first.original_dataset.to_numpy()
        self.order = first.order.to_numpy()
        self.cluster = (first.original_dataset + "\0" + first.original_question).to_numpy()
        self.changed = [list(c) for c in first.counterfactual_changed_features]
        self.features = sorted({f for c in self.changed for f in c})
        # One row an observation, whether or not it can be scored.
        r, p, h = (axis.ravel() for axis in np.indices(shape))
        keep = self.there[r, p]
        r, p, h = r[keep], p[keep], h[keep]
        self.long = pd.DataFrame({
            "r": r, "p": p, "h": h,
            "reference": np.array(self.references)[r], "model": self.models[r],
            "family": np.array([family(m) for m in self.models])[r], "effort": self.efforts[r],
            "dataset": self.dataset[p], "predictor": np.array(names)[h], "answer_order": self.order[p],
            "pair": self.pairs[p], "cluster": self.cluster[p],
            "original": self.original[r, p], "target": self.target[r, p],
            "with": self.guess["with"][r, p, h], "without": self.guess["without"][r, p, h],
        })


def ratio(part, whole):
    return part / whole if whole else None


def normalised(a_with, a_without, zero=False):
    if a_with is None or a_without is None:
        return None
    if a_without == 1:
        return 0.0 if zero else None
    return (a_with - a_without) / (1 - a_without)


def matthews(predicted, real):
    """MCC of two boolean columns; None where a margin is empty."""
    n11 = int((predicted & real).sum())
    n10 = int((predicted & ~real).sum())
    n01 = int((~predicted & real).sum())
    n00 = int((~predicted & ~real).sum())
    margins = (n11 + n10) * (n11 + n01) * (n00 + n10) * (n00 + n01)
    return (n11 * n00 - n10 * n01) / math.sqrt(margins) if margins else None


def scored(long):
    return long[(long.target >= 0) & (long["with"] >= 0) & (long["without"] >= 0)]


def gain_figures(rows, rate, published):
    hit_with, hit_without = rows["with"] == rows.target, rows["without"] == rows.target
    n = len(rows)
    a_with, a_without = ratio(int(hit_with.sum()), n), ratio(int(hit_without.sum()), n)
    figures = {
        "observations": n,
        "pairs": rows.pair.nunique(),
        "clusters": rows.cluster.nunique(),
        "both": int((hit_with & hit_without).sum()),
        "only_with": int((hit_with & ~hit_without).sum()),
        "only_without": int((~hit_with & hit_without).sum()),
        "neither": int((~hit_with & ~hit_without).sum()),
        "a_with": a_with,
        "a_without": a_without,
        "gain": None if n == 0 else a_with - a_without,
        "nsg": normalised(a_with, a_without, zero=published),
    }
    known = rows if published else rows[rows.original >= 0]
    moved = known.target != known.original
    figures["switched"] = int(moved.sum())
    figures["unswitched"] = int((~moved).sum())
    by_switch = {}
    for arm in ["with", "without"]:
        hit, says = known[arm] == known.target, known[arm] != known.original
        by_switch[arm] = (
            ratio(int((hit & moved).sum()), int(moved.sum())),
            ratio(int((hit & ~moved).sum()), int((~moved).sum())),
        )
        figures[f"accuracy_switched_{arm}"], figures[f"accuracy_unswitched_{arm}"] = by_switch[arm]
        if not published:
            figures[f"predicted_switch_rate_{arm}"] = ratio(int(says.sum()), len(known))
            figures[f"switch_precision_{arm}"] = ratio(int((says & moved).sum()), int(says.sum()))
            figures[f"switch_recall_{arm}"] = ratio(int((says & moved).sum()), int(moved.sum()))
            figures[f"switch_mcc_{arm}"] = matthews(says, moved)
    if not published:
        says_with, says_without = known["with"] != known.original, known["without"] != known.original
        figures["switches_caused"] = ratio(int((says_with & ~says_without).sum()), len(known))
        figures["switches_prevented"] = ratio(int((~says_with & says_without).sum()), len(known))

        def standard(arm):
            on, off = by_switch[arm]
            return None if on is None or off is None else rate * on + (1 - rate) * off

        figures["nsg_standardised"] = normalised(standard("with"), standard("without"))
    return figures


def grouped(long, by, figures):
    if not by:
        return [figures(long)]
    rows = []
    for values, part in long.groupby(by, sort=True):
        rows.append({**dict(zip(by, values)), **figures(part)})
    return rows


def gain(study, published):
    rows = scored(study.long)
    known = rows[rows.original >= 0]
    rate = float((known.target != known.original).mean())
    figures = lambda part: gain_figures(part, rate, published)
    out = {"common_switch_rate": rate, "tables": []}

    def add(by, part, **variant):
        out["tables"].append({"by": by, **variant, "rows": grouped(part, by, figures)})

    keys = [[], ["reference"], ["model"], ["family"], ["effort"], ["dataset"], ["predictor"], ["answer_order"],
            ["reference", "dataset"], ["reference", "predictor"], ["dataset", "predictor"]]
    if published:
        keys = [[], ["reference"], ["dataset"], ["predictor"], ["reference", "dataset"], ["reference", "predictor"]]
    for by in keys:
        add(by, rows)
    if not published:
        features = pd.DataFrame(
            [(p, f) for p, c in zip(study.pairs, study.changed) for f in c], columns=["pair", "changed"]
        )
        add(["dataset", "changed"], rows.merge(features, on="pair"))
        for left_out in study.predictors:
            add(["reference"], rows[rows.predictor != left_out], without_predictor=left_out)
    # Predictors that are the reference itself, or its relatives.
    predictor_model = rows.predictor
    if published:
        add(["reference"], rows[predictor_model != rows.reference], exclude_self="model")
        own = rows.reference.map(published_family)
        add(["reference"], rows[predictor_model.map(published_family) != own], exclude_self="family")
    else:
        add(["reference"], rows[predictor_model != rows.model], exclude_self="model")
        add(["reference"], rows[predictor_model.map(family) != rows.family], exclude_self="family")
    # Pairs of a reference whose with-guesses are all there and agree.
    with_guesses = study.guess["with"]
    agree = (with_guesses == with_guesses[:, :, :1]).all(axis=2)
    if not published:
        agree &= (with_guesses >= 0).all(axis=2)
    add(["reference"], rows[agree[rows.r, rows.p]], consistent_only=True)
    return out


def cross(study, published):
    return published_cross(study) if published else own_cross(study)


def own_cross(study):
    """Every (target, pair, predictor) with at least one explainer; means over explainers inside."""
    families = np.array([family(m) for m in study.models])
    panel = np.array([family(p) for p in study.predictors])
    units, asked = [], 0
    strata = {"same_target": [], "other_target": []}
    for t in range(len(study.references)):
        others = [e for e in range(len(study.references)) if families[e] != families[t]]
        h_out = panel != families[t]
        target, original = study.target[t], study.original[t]
        own, base = study.guess["with"][t], study.guess["without"][t]
        sound = (target[:, None] >= 0) & (own >= 0) & (base >= 0) & (original[:, None] >= 0) & h_out[None, :]
        asked += int(sound.sum())
        sums = {kind: np.zeros(own.shape) for kind in ["all", *strata]}
        counts = {kind: np.zeros(own.shape, int) for kind in ["all", *strata]}
        for e in others:
            guess = study.guess["with"][e]
            fits = sound & (study.original[e] == original)[:, None] & (guess >= 0) & (panel != families[e])[None, :]
            hit = guess == target[:, None]
            same = study.target[e] == target
            parts = {
                "all": fits,
                "same_target": fits & same[:, None],
                "other_target": fits & (~same & (study.target[e] >= 0))[:, None],
            }
            for kind, part in parts.items():
                sums[kind] += hit & part
                counts[kind] += part
        for kind, into in [("all", units), *strata.items()]:
            p, h = np.nonzero(counts[kind])
            into.append(pd.DataFrame({
                "reference": study.references[t], "model": study.models[t], "family": families[t],
                "dataset": study.dataset[p], "predictor": np.array(study.predictors)[h], "pair": study.pairs[p],
                "cross": sums[kind][p, h] / counts[kind][p, h], "explainers": counts[kind][p, h],
                "self": (own[p, h] == target[p]).astype(float), "base": (base[p, h] == target[p]).astype(float),
            }))
    units = pd.concat(units, ignore_index=True)

    def figures(part):
        n = len(part)
        a_self, a_cross, a_base = (part[c].mean() if n else None for c in ["self", "cross", "base"])
        self_nsg, cross_nsg = normalised(a_self, a_base), normalised(a_cross, a_base)
        return {
            "units": n,
            "pairs": part.pair.nunique(),
            "explainers_mean": part.explainers.mean() if n else None,
            "a_self": a_self, "a_cross": a_cross, "a_without": a_base,
            "nsg_self": self_nsg, "nsg_cross": cross_nsg,
            "difference": None if self_nsg is None or cross_nsg is None else self_nsg - cross_nsg,
        }

    keys = [[], ["reference"], ["model"], ["family"], ["dataset"], ["predictor"], ["reference", "dataset"],
            ["reference", "predictor"]]
    tables = [{"by": by, "rows": grouped(units, by, figures)} for by in keys]
    for kind, parts in strata.items():
        part = pd.concat(parts, ignore_index=True)
        for by in [[], ["reference"], ["dataset"], ["predictor"]]:
            tables.append({"by": by, "stratum": kind, "rows": grouped(part, by, figures)})
    return {"units_possible": asked, "units_without_explainer": asked - len(units), "tables": tables}


def published_cross(study):
    families = np.array([published_family(m) for m in study.references])
    panel = np.array([published_family(p) for p in study.predictors])
    self_rows, cross_rows = [], []
    for t in range(len(study.references)):
        target, original = study.target[t], study.original[t]
        usable = (target >= 0) & (original >= 0)
        sums, counts = np.zeros(study.guess["with"][t].shape), np.zeros(study.guess["with"][t].shape, int)
        for e in range(len(study.references)):
            if families[e] == families[t]:
                continue
            fits = (usable & (study.original[e] == original))[:, None] & (panel != families[e])[None, :]
            # A missing guess (-1) is no target, and counts as wrong.
            sums += (study.guess["with"][e] == target[:, None]) & fits
            counts += fits
        p, h = np.nonzero(counts)
        cross_rows.append(pd.DataFrame({
            "reference": study.references[t], "dataset": study.dataset[p],
            "predictor": np.array(study.predictors)[h], "cross": sums[p, h] / counts[p, h],
        }))
    rows = scored(study.long)
    own = rows.reference.map(published_family)
    rows = rows[rows.predictor.map(published_family) != own]
    selves = rows[["reference", "dataset", "predictor"]].copy()
    selves["self"] = (rows["with"] == rows.target).astype(float)
    selves["base"] = (rows["without"] == rows.target).astype(float)
    crosses = pd.concat(cross_rows, ignore_index=True)
    tables = []
    for by in [[], ["reference"], ["dataset"], ["predictor"]]:
        groups = [((), None)] if not by else [(v, by) for v in sorted(selves[by[0]].unique())]
        lines = []
        for value, named in groups:
            mine = selves if not named else selves[selves[by[0]] == value]
            theirs = crosses if not named else crosses[crosses[by[0]] == value]
            a_self, a_base = mine["self"].mean(), mine["base"].mean()
            a_cross = theirs["cross"].mean() if len(theirs) else None
            self_nsg = normalised(a_self, a_base, zero=True)
            cross_nsg = normalised(a_cross, a_base, zero=True)
            lines.append({
                **({by[0]: value} if named else {}),
                "units_self": len(mine), "units_cross": len(theirs),
                "a_self": a_self, "a_cross": a_cross, "a_without": a_base,
                "nsg_self": self_nsg, "nsg_cross": cross_nsg,
                "difference": None if cross_nsg is None else self_nsg - cross_nsg,
            })
        tables.append({"by": by, "rows": lines})
    return {"tables": tables}


def unanimous(guesses, target):
    """Whether all guesses of a row are one label (or all missing) that is not the target."""
    return (guesses == guesses[:, :1]).all(axis=1) & (guesses[:, 0] != target)


def egregious_rows(study, published, panel=None, min_answered=None):
    """One row a reference and pair that has a verdict; `panel` are the predictors that count."""
    panel = np.arange(len(study.predictors)) if panel is None else np.array(panel)
    parts = []
    for r, reference in enumerate(study.references):
        target = study.target[r]
        guess, plain = study.guess["with"][r][:, panel], study.guess["without"][r][:, panel]
        if published:
            counts = study.there[r] & (target >= 0)
            wrong = unanimous(guess, target)
        elif min_answered:
            answered = guess >= 0
            counts = (target >= 0) & (answered.sum(axis=1) >= min_answered)
            top, low = guess.max(axis=1), np.where(answered, guess, 10**6).min(axis=1)
            wrong = (top == low) & (top != target)
        else:
            counts = (target >= 0) & (guess >= 0).all(axis=1)
            wrong = unanimous(guess, target)
        before = (plain >= 0).all(axis=1) & unanimous(plain, target)
        p = np.nonzero(counts)[0]
        original = study.original[r]
        parts.append(pd.DataFrame({
            "reference": reference, "model": study.models[r], "family": family(study.models[r]),
            "dataset": study.dataset[p], "pair": study.pairs[p], "p": p,
            "wrong": wrong[p], "strict": wrong[p] & ~before[p],
            "known": original[p] >= 0, "switched": (original[p] != target[p]) & (original[p] >= 0),
        }))
    return pd.concat(parts, ignore_index=True)


def feature_rows(study, rows):
    """The same, once for every feature that changed in the pair."""
    features = pd.DataFrame([(p, f) for p, c in enumerate(study.changed) for f in c], columns=["p", "changed"])
    return rows.merge(features, on="p")


def egregious(study, published):
    def figures(part):
        out = {"subjects": len(part), "egregious": int(part.wrong.sum()), "rate": ratio(int(part.wrong.sum()), len(part))}
        if not published:
            out |= {"strict": int(part.strict.sum()), "strict_rate": ratio(int(part.strict.sum()), len(part))}
        return out

    rows = egregious_rows(study, published)
    keys = [[], ["reference"], ["dataset"], ["reference", "dataset"]]
    if not published:
        keys += [["model"], ["family"]]
    tables = [{"by": by, "rows": grouped(rows, by, figures)} for by in keys]
    tables.append({"by": ["dataset", "changed"], "rows": grouped(feature_rows(study, rows), ["dataset", "changed"], figures)})
    if not published:
        alone = pd.concat(
            [egregious_rows(study, False, panel=[h]).assign(predictor=name) for h, name in enumerate(study.predictors)],
            ignore_index=True,
        )
        for by in [["predictor"], ["reference", "predictor"]]:
            tables.append({"by": by, "rows": grouped(alone, by, figures)})
        enough = min(MIN_ANSWERED, len(study.predictors))
        loose = egregious_rows(study, False, min_answered=enough)
        tables.append({"by": ["reference"], "min_answered": enough, "rows": grouped(loose, ["reference"], figures)})
    return {"tables": tables}


def joint_model(outcome, changed):
    """Risk ratios of a Poisson log-linear model with an intercept and a column a feature.

    None where the maximum is at infinity or the columns are not independent.
    """
    x = np.column_stack([np.ones(len(outcome)), changed.astype(float)])
    y = outcome.astype(float)
    if np.linalg.matrix_rank(x) < x.shape[1] or y.sum() == 0:
        return None
    if any(y[x[:, j] == 1].sum() == 0 for j in range(1, x.shape[1])):
        return None
    beta = np.zeros(x.shape[1])
    beta[0] = math.log(y.mean())
    for _ in range(200):
        mean = np.exp(x @ beta)
        step = np.linalg.solve(x.T @ (x * mean[:, None]), x.T @ (y - mean))
        step *= min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        beta += step
        if np.abs(beta).max() > 30:
            return None
        if np.abs(step).max() < 1e-14:
            break
    return [float(v) for v in np.exp(beta[1:])]


def driver_figures(study, part, features, outcome, published):
    """One row a feature: outcome where it changed against where it did not."""
    changed = np.array([[f in study.changed[p] for f in features] for p in part.p])
    y = part[outcome].to_numpy()
    adjusted = None if published or len(part) == 0 else joint_model(y, changed)
    rows = []
    for j, feature in enumerate(features):
        on = changed[:, j] if len(part) else np.zeros(0, bool)
        n1, n0, k1, k0 = int(on.sum()), int((~on).sum()), int(y[on].sum()), int(y[~on].sum())
        p1, p0 = ratio(k1, n1), ratio(k0, n0)
        known = p1 is not None and p0 is not None
        line = {
            "feature": feature, "n_changed": n1, "k_changed": k1, "n_unchanged": n0, "k_unchanged": k0,
            "relative_risk": p1 / p0 if known and p0 else None,
        }
        if not published:
            line |= {
                "risk_difference": p1 - p0 if known else None,
                "adjusted_relative_risk": adjusted[j] if adjusted else None,
            }
        rows.append(line)
    return rows


def drivers(study, published):
    tables = []
    whole = egregious_rows(study, published)
    alone = [] if published else [
        (name, egregious_rows(study, False, panel=[h])) for h, name in enumerate(study.predictors)
    ]
    of_dataset = {d: sorted({f for c, e in zip(study.changed, study.dataset) if e == d for f in c})
                  for d in sorted(set(study.dataset))}

    def add(by, parts, outcome):
        rows = []
        for values, part in parts:
            for d, features in of_dataset.items():
                inside = part[part.dataset == d]
                lines = driver_figures(study, inside, features, outcome, published)
                rows += [{**values, "dataset": d, **line} for line in lines]
        tables.append({"by": by, "outcome": "egregious" if outcome == "wrong" else outcome, "rows": rows})

    has_change = np.array([len(c) > 0 for c in study.changed])
    whole = whole[has_change[whole.p]]
    references = [({"reference": r}, whole[whole.reference == r]) for r in study.references]
    add(["dataset"], [({}, whole)], "wrong")
    add(["reference", "dataset"], references, "wrong")
    if not published:
        answered = switch_rows(study)
        answered = answered[has_change[answered.p]]
        add(["dataset"], [({}, answered)], "switched")
        add(["reference", "dataset"], [({"reference": r}, answered[answered.reference == r]) for r in study.references], "switched")
        parts = [({"predictor": name}, part[has_change[part.p]]) for name, part in alone]
        add(["predictor", "dataset"], parts, "wrong")
    return {"tables": tables}


def switch_rows(study):
    """One row a reference and pair of which both answers are known."""
    r, p = np.nonzero((study.original >= 0) & (study.target >= 0))
    return pd.DataFrame({
        "reference": np.array(study.references)[r], "dataset": study.dataset[p], "p": p,
        "switched": study.original[r, p] != study.target[r, p],
    })


def clean(value):
    """Plain numbers; what is undefined is null."""
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def main():
    source, out = sys.argv[1:3]
    study = Study(source)
    golden = {
        "references": study.references,
        "predictors": study.predictors,
        "pairs": len(study.pairs),
        "rows": int(study.there.sum()),
    }
    analyses = {"gain": gain, "cross": cross, "egregious": egregious, "drivers": drivers}
    for variant, (name, compute) in product(["ours", "published"], analyses.items()):
        golden.setdefault(variant, {})[name] = compute(study, variant == "published")
    # A row a line: what changed shows in a comparison of two versions.
    text = json.dumps(clean(golden), indent=None, separators=(",", ":"), sort_keys=False, ensure_ascii=False)
    text = text.replace('{"by":', '\n{"by":').replace(',"rows":[', ',"rows":[\n').replace('},{', '},\n{')
    with open(out, "w", encoding="utf-8") as file:
        file.write(text + "\n")


if __name__ == "__main__":
    main()
