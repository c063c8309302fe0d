"""Write linear.json, resampling.json, power.json, slope.json and tails.json beside this file.

Oracles: regressions of statsmodels, bootstraps of scipy and arch, power of statsmodels, and
definitions written out (double loops, complex-step derivatives) where no package has them.
See README.md for the fields.
"""

import numpy as np
import pandas as pd
import scipy.stats
import statsmodels.api as sm
from arch.bootstrap import IIDBootstrap
from make_golden import LEVEL, limits, write
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.power import NormalIndPower, TTestIndPower, TTestPower
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

DRAWS = 10_000
SEEDS = 10


def study(seed, units, originals, counterfactuals, shared, zeros=False, repeats=1):
    """Units with two texts and error sums of two models and one baseline.

    shared: whether counterfactuals are drawn from the same texts as originals.
    """
    rng = np.random.default_rng(seed)
    a = rng.integers(0, originals, units)
    b = rng.integers(0, counterfactuals, units) + (0 if shared else originals)
    hard = rng.normal(size=originals + counterfactuals)
    helped = rng.normal(size=originals + counterfactuals)
    n = rng.integers(0 if zeros else 1, 6, units) * repeats
    base = 1 / (1 + np.exp(0.5 - 0.5 * hard[a] - 0.5 * hard[b]))
    rate = lambda shift: np.clip(base * np.exp(shift + 0.7 * helped[b]), 0.02, 0.98)
    draw = lambda p: rng.binomial(n, p) / repeats
    frame = pd.DataFrame({
        "original": a, "counterfactual": b, "observations": n / repeats,
        "treated": draw(rate(-0.5)), "other": draw(rate(-0.3)), "baseline": draw(base),
        "switched": rng.integers(0, 2, units), "dataset": (a % 3 > 0).astype(int),
    })
    return frame.astype(float)


STUDIES = {
    "shared_texts": study(1, 160, 40, 40, True),
    "two_sides": study(2, 120, 25, 30, False),
    "dense": study(3, 200, 12, 12, True),
    "unobserved_units": study(4, 90, 30, 60, True, zeros=True),
    "repeats": study(5, 70, 20, 35, True, repeats=3),
    "few_clusters": study(6, 30, 4, 12, False),
}


def ratio(treated, baseline):
    return lambda d, w: 1 - (w * d[treated]).sum() / (w * d[baseline]).sum()


def standardised(d, w):
    """NSG as it were with a quarter of the pairs switched."""
    rate = lambda arm, s: (w * d[arm] * (d.switched == s)).sum() / (
        w * d.observations * (d.switched == s)
    ).sum()
    mixed = lambda arm: 0.25 * rate(arm, 1) + 0.75 * rate(arm, 0)
    return 1 - mixed("treated") / mixed("baseline")


def average(d, w):
    """Mean of the NSG of two datasets."""
    return sum(ratio("treated", "baseline")(d, w * (d.dataset == k)) for k in (0, 1)) / 2


FIGURES = {
    "nsg": ratio("treated", "baseline"),
    "gain": lambda d, w: (w * (d.baseline - d.treated)).sum() / (w * d.observations).sum(),
    "accuracy": lambda d, w: 1 - (w * d.treated).sum() / (w * d.observations).sum(),
    "difference": lambda d, w: ratio("treated", "baseline")(d, w) - ratio("other", "baseline")(d, w),
    "standardised": standardised,
    "average": average,
}


def influence(figure, d):
    """Derivative by the weight of each unit, by a complex step: exact to rounding."""
    step = 1e-30
    at = np.ones(len(d), dtype=complex)
    out = np.empty(len(d))
    for i in range(len(d)):
        at[i] += 1j * step
        out[i] = complex(figure(d, at)).imag / step
        at[i] = 1
    return out


def dyadic_loop(d, influence):
    texts = [{a, b} for a, b in zip(d.original, d.counterfactual)]
    return float(sum(
        influence[i] * influence[j]
        for i in range(len(d)) for j in range(len(d)) if texts[i] & texts[j]
    ))


def two_way(d, influence):
    """Clusters of originals plus clusters of counterfactuals less those of both, by statsmodels."""
    fit = sm.OLS(influence, np.ones(len(d))).fit()
    # Influences sum to 0, so they are the residuals; the mean's variance times n^2 is the sum's.
    both, one, _ = cov_cluster_2groups(
        fit, d.original.astype(int).to_numpy(), d.counterfactual.astype(int).to_numpy(),
        use_correction=False,
    )
    return float(both[0, 0] * len(d) ** 2), float(one[0, 0] * len(d) ** 2)


def effective(d, exposure):
    """K_eff by dictionaries of sets, from the sizes of the terms."""
    by = lambda key: pd.Series(exposure).groupby(list(key)).sum().to_numpy()
    texts = {}
    pairs = {}
    for a, b, m in zip(d.original, d.counterfactual, exposure):
        for t in {a, b}:
            texts[t] = texts.get(t, 0) + m
        if a != b:
            pairs[frozenset((a, b))] = pairs.get(frozenset((a, b)), 0) + m
    power = lambda sums, p: sum(v**p for v in sums.values())
    shared = lambda p: power(texts, p) - power(pairs, p)
    clusters = by(d.original)
    g1 = (clusters**2).sum() ** 2 / (clusters**4).sum()
    k = d.original.nunique()
    return float(max(2, k * min(1, shared(2) ** 2 / shared(4) / g1)))


def gee_difference(d):
    """NSG difference of two models with one baseline: Poisson GEE with an offset, delta method."""
    stacked = pd.concat([
        pd.DataFrame({"cluster": d.original, "errors": d[cell], "n": d.observations, "cell": i})
        for i, cell in enumerate(("treated", "other", "baseline"))
    ]).sort_values("cluster", kind="stable")
    exog = pd.get_dummies(stacked.cell).to_numpy(dtype=float)
    fit = sm.GEE(
        stacked.errors.to_numpy(), exog, groups=stacked.cluster.to_numpy(),
        offset=np.log(stacked.n.to_numpy()), family=sm.families.Poisson(),
        cov_struct=sm.cov_struct.Independence(),
    ).fit(maxiter=500, ctol=1e-11, cov_type="robust")
    one, other, base = fit.params
    ra, rb = np.exp(one - base), np.exp(other - base)
    gradient = np.array([-ra, rb, ra - rb])
    return {"value": float(rb - ra), "se": float(np.sqrt(gradient @ fit.cov_robust @ gradient))}


def wls_mean(values, d):
    fit = sm.WLS(values / d.observations, np.ones(len(d)), weights=d.observations).fit(
        cov_type="cluster",
        cov_kwds={"groups": d.original.astype(int).to_numpy(), "use_correction": False},
    )
    return {"value": float(fit.params.iloc[0]), "se": float(fit.bse.iloc[0])}


def inference(name, value, se, k):
    """Limits and p value against 0; on the log of the ratio for the two ratios."""
    widened = se * np.sqrt(k / (k - 1))
    t = scipy.stats.t(k - 1)
    if name in ("nsg", "standardised"):
        log_se = widened / (1 - value)
        reach = t.ppf(0.5 + LEVEL / 2) * log_se
        low, high = 1 - (1 - value) * np.exp(reach), 1 - (1 - value) * np.exp(-reach)
        p = 2 * t.sf(abs(np.log(1 - value)) / log_se)
    else:
        reach = t.ppf(0.5 + LEVEL / 2) * widened
        low, high, p = value - reach, value + reach, 2 * t.sf(abs(value) / widened)
    return {"low": float(low), "high": float(high), "p": float(p)}


def linear_case(name, full):
    d = full[full.observations > 0].reset_index(drop=True)
    k = d.original.nunique()
    figures = {}
    for figure, statistic in FIGURES.items():
        value = float(np.real(statistic(d, np.ones(len(d), dtype=complex))))
        pull = influence(statistic, d)
        both, one = two_way(d, pull)
        figures[figure] = {
            "value": value, "one_way": float(np.sqrt(one)), "two_way_variance": both,
            "dyadic_variance": dyadic_loop(d, pull),
            "clustered": inference(figure, value, np.sqrt(one), k),
        }
    exposure = (d.treated / d.treated.sum() + d.baseline / d.baseline.sum()).to_numpy()
    k_eff = effective(d, exposure)
    nsg = figures["nsg"]
    used = np.sqrt(max(nsg["one_way"] ** 2, nsg["dyadic_variance"]))
    print(f"{name}: K {k}, K_eff {k_eff:.1f}, NSG {nsg['value']:.3f}", flush=True)
    return {
        "name": name,
        **{c: full[c].tolist() for c in full.columns},
        "clusters": k, "effective": k_eff, "figures": figures,
        "nsg_dyadic": inference("nsg", nsg["value"], used, k_eff),
        "gee_difference": gee_difference(d),
        "wls_gain": wls_mean(d.baseline - d.treated, d),
        "wls_treated_error": wls_mean(d.treated, d),
    }


# Statistics of cluster sums, written for rows on the last axis as scipy calls them.
def nsg_of(w, o, axis=-1):
    return 1 - w.sum(axis=axis) / o.sum(axis=axis)


def difference_of(a, b, o, axis=-1):
    return (b.sum(axis=axis) - a.sum(axis=axis)) / o.sum(axis=axis)


def mcc_of(tp, fp, fn, tn, axis=-1):
    tp, fp, fn, tn = (x.sum(axis=axis) for x in (tp, fp, fn, tn))
    return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def cluster_sums(seed, clusters, kind):
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 9, clusters)
    if kind == "mcc":
        shares = rng.dirichlet([2.0, 0.6, 0.8, 3.0], clusters)
        return np.array([rng.multinomial(n, p) for n, p in zip(size, shares)], dtype=float)
    base = rng.beta(1.5, 3, clusters)
    o = rng.binomial(size, base)
    w = rng.binomial(size, base * rng.beta(2, 1, clusters))
    if kind == "nsg":
        return np.column_stack([w, o]).astype(float)
    return np.column_stack([w, rng.binomial(size, base * rng.beta(4, 1, clusters)), o]).astype(float)


def resampling_case(name, kind, statistic, rows):
    columns = tuple(rows.T)
    value = float(statistic(*columns))
    k = len(rows)
    without = np.array([statistic(*np.delete(rows, i, axis=0).T) for i in range(k)])
    u = without.mean() - without
    runs = {"scipy": [], "arch": []}
    for seed in range(SEEDS):
        result = scipy.stats.bootstrap(
            columns, statistic, paired=True, vectorized=True, n_resamples=DRAWS, batch=500,
            confidence_level=LEVEL, method="BCa", rng=np.random.default_rng(3000 + seed),
        )
        runs["scipy"].append((result.confidence_interval.low, result.confidence_interval.high))
        boot = IIDBootstrap(rows, seed=np.random.default_rng(4000 + seed))
        interval = boot.conf_int(
            lambda x: float(statistic(*x.T)), reps=DRAWS, method="bca", size=LEVEL
        )
        runs["arch"].append((interval[0, 0], interval[1, 0]))
    print(f"{name}: {k} clusters, {value:.4f}", flush=True)
    return {
        "name": name, "kind": kind, "clusters": rows.tolist(), "value": value,
        "bias": float((k - 1) * (without.mean() - value)),
        "se": float(np.sqrt((k - 1) / k * (u**2).sum())),
        "acceleration": float((u**3).sum() / (6 * (u**2).sum() ** 1.5)),
        "scipy_bca": limits(runs["scipy"]), "arch_bca": limits(runs["arch"]),
    }


RESAMPLED = [
    ("nsg_40", "nsg", nsg_of, 11), ("nsg_300", "nsg", nsg_of, 12),
    ("difference_80", "difference", difference_of, 13), ("mcc_20", "mcc", mcc_of, 18),
]


def power_cases():
    cases = []
    for effect in (0.05, 0.2, 0.5, 1.0):
        for alpha in (0.01, 0.05):
            for clusters in (3, 10, 30, 100, 1000):
                # From here on power is 1 and the noncentral t of scipy is not a number.
                if effect * np.sqrt(clusters) > 15:
                    continue
                cases.append({
                    "effect": effect, "alpha": alpha, "clusters": clusters,
                    "one": float(TTestPower().power(effect, clusters, alpha)),
                    "two": float(TTestIndPower().power(effect, clusters, alpha)),
                    "normal": float(NormalIndPower(ddof=0).power(effect, clusters, alpha, ratio=0)),
                })
    return cases


def finite(cases):
    """Without those in which an oracle gives no number (power next to 1 with few clusters)."""
    return [c for c in cases if all(np.isfinite(v) for v in c.values())]


def size_cases():
    return [
        {
            "effect": effect, "power": power, "alpha": 0.05,
            "one": float(TTestPower().solve_power(effect, None, 0.05, power)),
            "two": float(TTestIndPower().solve_power(effect, None, 0.05, power)),
        }
        for effect in (0.1, 0.25, 0.8)
        for power in (0.8, 0.9)
    ]


def components_case():
    """Balanced one-way random effects: REML is the analysis of variance where that is positive."""
    rng = np.random.default_rng(21)
    clusters, repeats = 40, 4
    values = rng.normal(size=(clusters, 1)) * 0.8 + rng.normal(size=(clusters, repeats)) * 0.5
    group = np.repeat(np.arange(clusters), repeats)
    fit = MixedLM(values.ravel(), np.ones((clusters * repeats, 1)), group).fit(reml=True)
    return {
        "values": values.ravel().tolist(), "repeats": repeats,
        "between": float(fit.cov_re[0, 0]), "within": float(fit.scale),
    }


def trend_cases():
    cases = []
    for seed, n, families in ((31, 18, 5), (32, 9, 3), (33, 60, 12), (34, 4, 2)):
        rng = np.random.default_rng(seed)
        x = np.round(rng.uniform(-1, 6, n), 3)
        family = np.sort(rng.integers(0, families, n))
        family[:families] = np.arange(families)
        y = 0.2 + 0.03 * x + 0.1 * rng.normal(size=families)[family] + 0.05 * rng.normal(size=n)
        weights = np.round(rng.uniform(0.5, 3, n), 2)
        model = sm.WLS(y, sm.add_constant(x), weights=weights)
        hc3 = model.fit(cov_type="HC3", use_t=True)
        clustered = model.fit(cov_type="cluster", cov_kwds={"groups": family}, use_t=True)
        figures = lambda fit: {
            "se": float(fit.bse[1]), "p": float(fit.pvalues[1]),
            "low": float(fit.conf_int(1 - LEVEL)[1, 0]), "high": float(fit.conf_int(1 - LEVEL)[1, 1]),
        }
        r = scipy.stats.pearsonr(x, y)
        ci = r.confidence_interval(LEVEL)
        cases.append({
            "x": x.tolist(), "y": y.tolist(), "weights": weights.tolist(), "clusters": family.tolist(),
            "slope": float(hc3.params[1]), "intercept": float(hc3.params[0]),
            "hc3": figures(hc3), "clustered": figures(clustered),
            "pearson": {"r": float(r.statistic), "p": float(r.pvalue), "low": float(ci.low), "high": float(ci.high)},
        })
    return cases


def tail_cases():
    return [
        {"t": t, "freedom": df, "p": float(2 * scipy.stats.t.sf(t, df))}
        for t in (0.0, 0.01, 0.5, 1.0, 1.96, 3.0, 6.0, 12.0)
        for df in (1, 2, 3.7, 10, 29, 99, 999, 10_000, 1_000_000)
    ]


if __name__ == "__main__":
    write("tails.json", {"two_sided": tail_cases()})
    write("slope.json", {"level": LEVEL, "cases": trend_cases()})
    write("power.json", {"power": finite(power_cases()), "size": size_cases(), "components": components_case()})
    write("linear.json", {"level": LEVEL, "studies": [linear_case(n, d) for n, d in STUDIES.items()]})
    write("resampling.json", {
        "level": LEVEL, "draws": DRAWS, "seeds": SEEDS,
        "cases": [
            resampling_case(name, kind, statistic, cluster_sums(seed, int(name.split("_")[1]), kind))
            for name, kind, statistic, seed in RESAMPLED
        ],
    })
