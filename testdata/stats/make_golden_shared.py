"""Write shared.json beside this file: rates, risks, joint models, areas and trends of pairs that share texts.

No package has these errors. They are sums over all pairs of observations that share any text, written
out; coefficients of the joint models come from statsmodels. See README.md for the fields.
"""

import importlib.metadata
import json
import platform
from pathlib import Path

import numpy as np
import scipy.stats
import statsmodels.api as sm

HERE = Path(__file__).resolve().parent
LEVEL = 0.95
PACKAGES = ["numpy", "scipy", "statsmodels"]


def study(seed, rows, originals, others, intercept, hub=0.0):
    """Observations of pairs: two texts, three features of the pair, an outcome, a score, another outcome.

    Counterfactuals are drawn from the originals and from others; with chance `hub` it is the last one.
    Texts have effects of their own, so that observations that share one are alike.
    """
    rng = np.random.default_rng(seed)
    texts = originals + others
    pairs = []
    for _ in range(rows // 2):
        a = int(rng.integers(0, originals))
        b = texts - 1 if rng.uniform() < hub else int(rng.integers(0, texts))
        pairs.append((a, b if b != a else (b + 1) % texts))
    effect = rng.normal(size=texts)
    tends = rng.normal(size=texts)
    of_pair = {
        pair: [int(rng.normal() + tends[pair[1]] > limit) for limit in (0.3, 0.8, -0.2)] for pair in set(pairs)
    }
    table = []
    for _ in range(rows):
        a, b = pairs[int(rng.integers(0, len(pairs)))]
        x = of_pair[a, b]
        odds = intercept + 0.5 * effect[a] + 0.9 * effect[b] + 0.6 * x[0] + 0.3 * x[1]
        table.append([a, b, *x, int(rng.uniform() < 1 / (1 + np.exp(-odds)))])
    table = np.array(table)
    score = np.clip(table[:, 2] + table[:, 3] + rng.integers(0, 2, rows), 0, 2)
    other = rng.uniform(size=rows) < 1 / (1 + np.exp(-intercept - 0.9 * effect[table[:, 1]]))
    return np.column_stack([table, score, other.astype(int)])


STUDIES = {
    "shared_texts": study(1, 160, 40, 15, -0.8),
    "dense": study(2, 200, 10, 2, 0.2),
    "a_text_behind_many": study(3, 120, 50, 10, -0.5, hub=0.5),
    "seldom": study(4, 220, 60, 30, -3.0),
    "few": study(5, 24, 5, 4, -0.3),
}


def share_a_text(table):
    texts = [{a, b} for a, b in table[:, :2]]
    return np.array([[bool(one & other) for other in texts] for one in texts])


def same_original(table):
    return np.equal.outer(table[:, 0], table[:, 0])


def variance(table, influence):
    """Sum of products over all pairs of observations that share a text, or an original if that is more."""
    products = np.outer(influence, influence)
    return max(products[share_a_text(table)].sum(), products[same_original(table)].sum())


def effective(table, exposure, known=None):
    """Clusters that count, from the sizes of the terms of an influence; `known`: how many there are."""
    texts, pairs, clusters = {}, {}, {}
    for (a, b), size in zip(table[:, :2].tolist(), exposure):
        if size == 0:
            continue
        for text in {a, b}:
            texts[text] = texts.get(text, 0) + size
        if a != b:
            pairs[frozenset((a, b))] = pairs.get(frozenset((a, b)), 0) + size
        clusters[a] = clusters.get(a, 0) + size
    power = lambda sums, p: sum(v**p for v in sums.values())
    shared = lambda p: power(texts, p) - power(pairs, p)
    share = (shared(2) ** 2 / shared(4)) / (power(clusters, 2) ** 2 / power(clusters, 4))
    return max(2.0, (known or len(clusters)) * min(1.0, share))


def reach(se, k):
    return scipy.stats.t.ppf(0.5 + LEVEL / 2, k - 1) * se * np.sqrt(k / (k - 1))


def p_value(distance, se, k):
    return float(2 * scipy.stats.t.sf(abs(distance) / (se * np.sqrt(k / (k - 1))), k - 1))


def rate(table):
    y = table[:, 5]
    n, p = len(y), y.mean()
    k = effective(table, np.full(n, 1 / n))
    square = variance(table, (y - p) / n)
    design = k / (k - 1) * square / (p * (1 - p) / n)
    size = n / max(design, 1)
    z = scipy.stats.t.ppf(0.5 + LEVEL / 2, k - 1)
    centre, half = p + z**2 / (2 * size), z * np.sqrt(p * (1 - p) / size + z**2 / (4 * size**2))
    limits = [(centre - half) / (1 + z**2 / size), (centre + half) / (1 + z**2 / size)]
    return {"rate": p, "se": np.sqrt(square), "design_effect": design, "interval": limits}


def risk(table):
    y, x = table[:, 5], table[:, 2] == 1
    p1, p0 = y[x].mean(), y[~x].mean()
    with_it = np.where(x, y - p1, 0) / x.sum()
    without = np.where(x, 0, y - p0) / (~x).sum()
    log_se = np.sqrt(variance(table, with_it / p1 - without / p0))
    difference_se = np.sqrt(variance(table, with_it - without))
    k_log = effective(table, np.where(x, 1 / (x.sum() * p1), 1 / ((~x).sum() * p0)))
    k = effective(table, np.where(x, 1 / x.sum(), 1 / (~x).sum()))
    log = np.log(p1 / p0)
    return {
        "relative_risk": p1 / p0,
        "log_se": log_se,
        "relative_risk_interval": np.exp(log + reach(log_se, k_log) * np.array([-1, 1])).tolist(),
        "p": p_value(log, log_se, k_log),
        "risk_difference": p1 - p0,
        "difference_se": difference_se,
        "risk_difference_interval": (p1 - p0 + reach(difference_se, k) * np.array([-1, 1])).tolist(),
    }


def joint(table, family, link, columns=slice(2, 5)):
    y, design = table[:, 5], sm.add_constant(table[:, columns].astype(float))
    if family is None:
        coefficients = sm.OLS(y, design).fit().params
    else:
        coefficients = sm.GLM(y, design, family=family).fit(tol=1e-14, maxiter=200).params
    eta = design @ coefficients
    fitted, slope = {
        "log": lambda: (np.exp(eta), np.exp(eta)),
        "identity": lambda: (eta, np.ones(len(eta))),
        "logit": lambda: (1 / (1 + np.exp(-eta)), 1 / (2 + np.exp(eta) + np.exp(-eta))),
    }[link]()
    levers = design @ np.linalg.inv(design.T @ (slope[:, None] * design))
    se = [np.sqrt(variance(table, (y - fitted) * levers[:, j])) for j in range(design.shape[1])]
    k = [effective(table, np.abs(levers[:, j])) for j in range(design.shape[1])]
    terms = range(1, design.shape[1])
    return {
        "coefficients": coefficients[1:].tolist(),
        "se": se[1:],
        "p": [p_value(coefficients[j], se[j], k[j]) for j in terms],
        "half": [reach(se[j], k[j]) for j in terms],
    }


def auroc(table):
    """Obuchowski's variance, with pairs that share a text for pairs of one cluster."""
    happened, score = table[:, 5] == 1, table[:, 6]
    kernel = np.greater.outer(score[happened], score[~happened]) + 0.5 * np.equal.outer(
        score[happened], score[~happened]
    )
    m, n = kernel.shape
    area = kernel.mean()
    p, q = np.zeros(len(table)), np.zeros(len(table))
    p[happened] = (kernel.mean(axis=1) - area) / m
    q[~happened] = (kernel.mean(axis=0) - area) / n
    sizes = np.where(happened, 1 / m, 1 / n)
    k1, k0, k = (effective(table, part) for part in (sizes * happened, sizes * ~happened, sizes))
    f1, f0, f = k1 / (k1 - 1), k0 / (k0 - 1), k / (k - 1)
    square = max(
        f1 * p @ related @ p + f0 * q @ related @ q + 2 * f * p @ related @ q
        for related in (share_a_text(table), same_original(table))
    )
    se = np.sqrt(square)
    half = scipy.stats.t.ppf(0.5 + LEVEL / 2, k - 1) * se / (area * (1 - area))
    odds = np.log(area / (1 - area)) + half * np.array([-1, 1])
    return {"area": area, "se": se, "interval": (1 / (1 + np.exp(-odds))).tolist()}


def trend(table):
    y, score = table[:, 5], table[:, 6]
    centred = score - score.mean()
    influence = centred * (y - y.mean())
    k = effective(table, np.abs(centred))
    se = np.sqrt(variance(table, influence))
    slope = joint(table, sm.families.Binomial(), "logit", slice(6, 7))
    return {
        "t": influence.sum() / (se * np.sqrt(k / (k - 1))),
        "p": p_value(influence.sum(), se, k),
        "slope": slope["coefficients"][0],
        "slope_se": slope["se"][0],
        "half": slope["half"][0],
    }


def mcnemar(table):
    difference = table[:, 5] - table[:, 7]
    k = effective(table, np.abs(difference), len(set(table[:, 0].tolist())))
    statistic = difference.sum() ** 2 / (k / (k - 1) * variance(table, difference))
    return {"statistic": statistic, "p": float(scipy.stats.chi2.sf(statistic, 1))}


def cases():
    for name, table in STUDIES.items():
        yield {
            "name": name,
            "rows": table.tolist(),
            "rate": rate(table),
            "risk": risk(table),
            "log": joint(table, sm.families.Poisson(), "log"),
            "identity": joint(table, None, "identity"),
            "logit": joint(table, sm.families.Binomial(), "logit"),
            "auroc": auroc(table),
            "trend": trend(table),
            "mcnemar": mcnemar(table),
        }


if __name__ == "__main__":
    versions = {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in PACKAGES}}
    head = f'"versions": {json.dumps(versions)},\n"level": {LEVEL},\n"studies": [\n'
    body = ",\n".join(json.dumps(case, allow_nan=False) for case in cases())
    (HERE / "shared.json").write_text("{\n" + head + body + "\n]\n}\n", encoding="utf-8")
