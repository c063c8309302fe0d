"""Write comparisons.csv (an invented study) and comparisons.json (its figures) beside this file.

Every figure is computed from single observations by its definition: variances by a double loop over
all observations that share a text, phi by the influence function of a correlation. Where packages
have the figure (t quantiles, Holm, lines with clustered errors), they compute it. See README.md.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.stats
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

HERE = Path(__file__).parent
LEVEL = 0.95
LABELS = ["A", "B", "C"]
# Sizes in billions and families are those of registry/models.toml.
REFERENCES = {
    "gpt-oss-20b_low": (20.0, "gpt"),
    "gpt-oss-20b_high": (20.0, "gpt"),
    "gpt-oss-120b": (120.0, "gpt"),
    "qwen3-0.6b": (0.6, "qwen"),
    "qwen3-4b": (4.0, "qwen"),
    "qwen3-14b": (14.0, "qwen"),
    "mystery": (None, None),
}
PREDICTORS = ["p", "q", "s"]
ARMS = ["with", "without", "shuffled"]


def study():
    rng = np.random.default_rng(7)
    texts = 40
    pairs = set()
    while len(pairs) < 34:
        a, b = rng.integers(0, texts, 2)
        if a != b:
            pairs.add((int(a), int(b)))
    rows = []
    for reference in REFERENCES:
        answer = {t: rng.choice(LABELS, p=[0.5, 0.4, 0.1]) for t in range(texts)}
        unknown = set(rng.choice(texts, 3, replace=False).tolist())
        # One reply to a text in one order, whichever pairs it is the target of.
        reply = {(t, order): (answer[t] if rng.random() < 0.8 else rng.choice(LABELS),
                              "unparsed" if rng.random() < 0.06 else "answered")
                 for t in range(texts) for order in ("first", "last")}
        for number, (a, b) in enumerate(sorted(pairs)):
            for order in ["first", "last"] if number % 2 else ["first"]:
                target, outcome = reply[b, order]
                original = None if a in unknown else answer[a]
                for predictor in PREDICTORS:
                    for arm in ARMS:
                        right = {"with": 0.75, "without": 0.45, "shuffled": 0.55}[arm]
                        guess = target if rng.random() < right else rng.choice(LABELS)
                        if rng.random() < 0.06:
                            guess = None
                        rows.append((a, b, order, reference, predictor, arm, original,
                                     target if outcome == "answered" else None, outcome, guess,
                                     int(rng.integers(5, 200))))
    columns = ["original", "counterfactual", "order", "reference", "predictor", "arm",
               "original_answer", "target", "target_outcome", "guess", "reasoning_tokens"]
    return pd.DataFrame(rows, columns=columns)


class Figure:
    """A figure with influence and exposure of each observation, on its scale."""

    def __init__(self, value, scale, influence, exposure, frame):
        self.value, self.scale, self.frame = value, scale, frame
        self.influence, self.exposure = np.asarray(influence, float), np.asarray(exposure, float)

    def slope(self):
        return {"plain": 1.0, "complement": self.value - 1.0}[self.scale]

    def __sub__(self, other):
        return combination([(1.0, self), (-1.0, other)])


def combination(terms):
    value = sum(c * f.value for c, f in terms)
    influence = np.concatenate([c * f.slope() * f.influence for c, f in terms])
    exposure = np.concatenate([abs(c * f.slope()) * f.exposure for c, f in terms])
    frame = pd.concat([f.frame[["original", "counterfactual"]] for _, f in terms])
    return Figure(value, "plain", influence, exposure, frame)


def nsg(frame, arm="with"):
    w, o = 1.0 - frame[arm], 1.0 - frame["without"]
    share = w / w.sum(), o / o.sum()
    return Figure(1 - w.sum() / o.sum(), "complement", share[0] - share[1], share[0] + share[1], frame)


def mean(values, frame, where=None):
    keep = np.ones(len(frame), bool) if where is None else np.asarray(where)
    values, frame = np.asarray(values, float)[keep], frame[keep]
    value = values.mean()
    return Figure(value, "plain", (values - value) / len(values), np.full(len(values), 1 / len(values)), frame)


def nsg_of(treated, baseline):
    """1 - A / B of two combinations over the same observations in the same order."""
    a, b = treated.value, baseline.value
    return Figure(1 - a / b, "complement", treated.influence / a - baseline.influence / b,
                  treated.exposure / a + baseline.exposure / b, treated.frame)


def judge(figure):
    a, b = (figure.frame[c].to_numpy() for c in ["original", "counterfactual"])
    d, m = figure.influence, figure.exposure
    share = ((a[:, None] == a) | (a[:, None] == b) | (b[:, None] == a) | (b[:, None] == b))
    same = a[:, None] == a
    one_way, dyadic = np.sqrt(d @ same @ d), np.sqrt(max(d @ share @ d, 0.0))
    used = max(one_way, dyadic)
    k = len(set(a))

    def power(p):
        texts = sum(m[(a == t) | (b == t)].sum() ** p for t in set(a) | set(b))
        unordered = {frozenset(x) for x in zip(a.tolist(), b.tolist())}
        both = sum(m[[frozenset(x) == u for x in zip(a.tolist(), b.tolist())]].sum() ** p for u in unordered)
        return texts - both

    by_cluster = np.array([m[a == t].sum() for t in sorted(set(a))])
    g1 = (by_cluster**2).sum() ** 2 / (by_cluster**4).sum()
    g2 = power(2) ** 2 / power(4)
    effective = max(k * min(1.0, g2 / g1), 2.0)
    widened = used * np.sqrt(effective / (effective - 1))
    reach = scipy.stats.t.ppf((1 + LEVEL) / 2, effective - 1) * widened
    if figure.scale == "plain":
        low, high, distance = figure.value - reach, figure.value + reach, figure.value
    else:
        ratio = 1 - figure.value
        low, high, distance = 1 - ratio * np.exp(reach), 1 - ratio * np.exp(-reach), np.log(ratio)
    p = 2 * scipy.stats.t.sf(abs(distance) / widened, effective - 1)
    return {"value": figure.value, "se": abs(figure.slope()) * used, "low": low, "high": high, "p": p,
            "ratio": dyadic / one_way, "widened": widened}


def cells(name, figure, *more):
    of = judge(figure)
    found = {name: of["value"], f"{name}_se": of["se"], f"{name}_low": of["low"], f"{name}_high": of["high"]}
    return found | {column: of[key] for column, key in more}


def share(name, figure):
    """The cells of a figure that is a fraction: its limits stop at 0 and 1."""
    found = cells(name, figure)
    return found | {end: min(max(found[end], 0), 1) for end in (f"{name}_low", f"{name}_high")}


def phi(x, y, frame):
    """Correlation of two columns of zeros and ones, with the influence of every observation."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    value = np.corrcoef(x, y)[0, 1]
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    influence = (zx * zy - value / 2 * (zx**2 + zy**2)) / len(x)
    # The cells' shares, each by its slope: every observation is exposed by all of them.
    slopes = [np.mean(influence[(x == i) & (y == j)]) * len(x) for i in (0, 1) for j in (0, 1)]
    return Figure(value, "plain", influence, np.full(len(x), np.abs(slopes).sum() / len(x)), frame)


def wide(data, key=("original", "counterfactual", "order", "reference", "predictor")):
    """One row an observation, with whether each arm's guess is the target."""
    data = data[data.target_outcome == "answered"].copy()
    data["hit"] = np.where(data.guess.isna(), np.nan, (data.guess == data.target).astype(float))
    keep = ["original_answer", "target"]
    hit = data.pivot(index=list(key), columns="arm", values="hit")
    guess = data.pivot(index=list(key), columns="arm", values="guess").add_prefix("guess_")
    tokens = data.pivot(index=list(key), columns="arm", values="reasoning_tokens").add_prefix("tokens_")
    facts = data.groupby(list(key), sort=False)[keep].first()
    return hit.join(guess).join(tokens).join(facts).reset_index()


def holm(rows):
    adjusted = multipletests([row["p"] for row in rows], method="holm")[1]
    for row, p in zip(rows, adjusted):
        row["p_holm"] = p


FIGURES = []


def add(sheet, key, values):
    FIGURES.append({"sheet": sheet, "key": key, "values": {k: float(v) for k, v in values.items()}})


def scored(frame, *arms):
    return frame[frame[list(arms or ("with", "without"))].notna().all(axis=1)]


def gain(frame, reference):
    of = nsg(frame)
    values = cells("nsg", of, ("se_ratio", "ratio"))
    values |= cells("gain", mean(frame["with"] - frame["without"], frame))
    add("gain", {"reference": reference}, values)
    treated, baseline = frame["with"] == 1, frame["without"] == 1
    values = {"both_right": (treated & baseline).mean(), "only_treated": (treated & ~baseline).mean(),
              "only_baseline": (~treated & baseline).mean(), "neither": (~treated & ~baseline).mean()}
    known = frame.original_answer.notna()
    happened = known & (frame.original_answer != frame.target)
    for part, where in [("switched", happened), ("unswitched", known & ~happened)]:
        values[f"a_with_{part}"] = treated[where].mean()
        values[f"a_without_{part}"] = baseline[where].mean()
        # The dependence is that of all observations of the group, those without an answer included.
        values |= cells(f"gain_{part}", mean(frame["with"] - frame["without"], frame, where))
    add("gain-split", {"reference": reference}, values)


def switch(frame, reference, rate):
    frame = frame[frame.original_answer.notna()]
    happened = (frame.original_answer != frame.target).to_numpy()
    predicts = {arm: (frame[f"guess_{arm}"] != frame.original_answer).to_numpy() for arm in ["with", "without"]}
    for side, arm in [("treated", "with"), ("baseline", "without")]:
        says = predicts[arm]
        values = {"predicted": says.mean()} | share("precision", mean(happened, frame, says))
        values |= share("recall", mean(says, frame, happened)) | cells("mcc", phi(says, happened, frame))
        add("gain-switch", {"reference": reference, "side": side}, values)
    caused, prevented = predicts["with"] & ~predicts["without"], ~predicts["with"] & predicts["without"]
    values = {"switch_rate": happened.mean(), "caused": caused.mean(), "prevented": prevented.mean(),
              "caused_right": happened[caused].mean(), "prevented_right": (~happened[prevented]).mean()}
    error = lambda arm: combination([
        (rate, mean(1 - frame[arm], frame, happened)), (1 - rate, mean(1 - frame[arm], frame, ~happened))])
    values |= cells("nsg_standardised", nsg_of(error("with"), error("without")))
    add("gain-switch-effect", {"reference": reference}, values)


def leave_out(frame, reference):
    for predictor in PREDICTORS:
        others = nsg(frame[frame.predictor != predictor])
        values = {"nsg": others.value} | cells("difference", others - nsg(frame))
        add("gain-leave-one-out", {"reference": reference, "left_out": predictor}, values)


def length(frame, reference):
    helped = (frame["with"] == 1) & (frame["without"] == 0)
    hurt = (frame["with"] == 0) & (frame["without"] == 1)
    for measure, arm in [("treated", "with"), ("baseline", "without")]:
        tokens = frame[f"tokens_{arm}"]
        of = [mean(tokens, frame, where) for where in (helped, hurt)]
        values = {"helped": of[0].value, "hurt": of[1].value} | cells("difference", of[0] - of[1], ("p", "p"))
        add("gain-length", {"reference": reference, "measure": f"reasoning tokens, {measure}"}, values)


def two(one, other, arms=("with", "with")):
    difference = nsg(one, arms[0]) - nsg(other, arms[1])
    values = {"nsg_one": nsg(one, arms[0]).value, "nsg_other": nsg(other, arms[1]).value,
              "observations": len(one)}
    return values | cells("difference", difference, ("p", "p"), ("se_ratio", "ratio"))


def arms(frame, reference):
    rows = []
    for arm in ["shuffled", "with"]:
        values = cells("nsg", nsg(scored(frame, arm, "without"), arm), ("p", "p"))
        rows.append(values | {"arm": arm})
    holm(rows)
    for row in rows:
        add("arms", {"reference": reference, "arm": row.pop("arm")}, row)
    both = scored(frame, "with", "shuffled", "without")
    values = two(both, both, ("with", "shuffled"))
    add("arms-differences", {"reference": reference, "one": "with", "other": "shuffled"}, values)


def common(frame, one, other, key):
    one, other = (f.set_index(key) for f in (one, other))
    both = one.index.intersection(other.index)
    return one.loc[both].reset_index(), other.loc[both].reset_index()


def main():
    data = study()
    data.to_csv(HERE / "comparisons.csv", index=False)
    every = wide(data)
    frame = scored(every)
    known = frame[frame.original_answer.notna()]
    rate = (known.original_answer != known.target).mean()
    for reference in REFERENCES:
        of = frame[frame.reference == reference]
        gain(of, reference)
        switch(of, reference, rate)
        leave_out(of, reference)
        length(of, reference)
        arms(every[every.reference == reference], reference)

    key = ["original", "counterfactual", "order", "predictor"]
    of = {reference: frame[frame.reference == reference] for reference in REFERENCES}
    high, low = common(frame, of["gpt-oss-20b_high"], of["gpt-oss-20b_low"], key)
    values = two(high, low)
    better = (high["with"] - low["with"]).to_numpy()
    error = judge(Figure(better.sum(), "plain", better, np.abs(better), high))["widened"]
    values["mcnemar_p"] = scipy.stats.chi2.sf((better.sum() / error) ** 2, 1)
    values |= {"only_one": ((high["with"] > low["with"])).sum(), "only_other": (high["with"] < low["with"]).sum()}
    add("effort-differences", {"model": "gpt-oss-20b", "one": "high", "other": "low"}, values)

    rows = []
    for reference in REFERENCES:
        first, last = (of[reference][of[reference].order == order] for order in ("first", "last"))
        one, other = common(frame, first, last, ["original", "counterfactual", "predictor"])
        rows.append(two(one, other) | {"reference": reference})
        add("order-unpaired", {"reference": reference, "answer_order": "first"},
            {"nsg": nsg(first).value} | cells("difference", nsg(first) - nsg(last)))
    holm(rows)
    for row in rows:
        add("order", {"reference": row.pop("reference")}, row)

    rows = []
    for one, other in itertools.combinations(sorted(REFERENCES), 2):
        rows.append(two(*common(frame, of[one], of[other], key)) | {"one": one, "other": other})
    holm(rows)
    for row in rows:
        add("compare", {"one": row.pop("one"), "other": row.pop("other")}, row)

    sized = [r for r, (size, _) in REFERENCES.items() if size]
    x = np.array([np.log10(REFERENCES[r][0]) + 9 for r in sized])
    family = np.array([REFERENCES[r][1] for r in sized])
    replies = data.drop_duplicates(["reference", "counterfactual", "order"], keep="first")
    unread = [(replies[replies.reference == r].target_outcome == "unparsed").mean() for r in sized]
    for figure, y in [("NSG", [nsg(of[r]).value for r in sized]), ("unread replies", unread)]:
        y = np.array(y)
        groups = pd.factorize(family)[0]
        for among, (xs, ys) in {"all": (x, y), "within families": [
                v - pd.Series(v).groupby(groups).transform("mean").to_numpy() for v in (x, y)]}.items():
            fit = sm.OLS(ys, sm.add_constant(xs)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
            add("scaling-slopes", {"figure": figure, "among": among},
                {"slope": fit.params[1], "slope_se": fit.bse[1], "p": fit.pvalues[1]})
        only = family == "qwen"
        fit = sm.OLS(y[only], sm.add_constant(x[only])).fit(cov_type="HC3", use_t=True)
        add("scaling-slopes", {"figure": figure, "among": "qwen"},
            {"slope": fit.params[1], "slope_se": fit.bse[1], "p": fit.pvalues[1]})

    text = json.dumps({"level": LEVEL, "figures": FIGURES}, indent=1)
    (HERE / "comparisons.json").write_text(text + "\n")


main()
