"""Write measures.json beside this file: numbers that the measures of `foretell-stats` must reproduce.

Rates, risks, agreement, order: each number comes from a package that shares nothing with the Rust
crate, or, where there is none, from the definition written out over single observations.
See README.md for the fields.
"""

import importlib.metadata
import json
import platform
import warnings
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import scipy.stats
import sklearn.metrics
import statsmodels.api as sm
from statsmodels.stats.contingency_tables import Table, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

HERE = Path(__file__).resolve().parent
LEVEL = 0.95
PACKAGES = ["numpy", "scipy", "pandas", "statsmodels", "pingouin", "krippendorff", "scikit-learn"]


def clustered(seed, clusters, largest, features):
    """Rows with binary features, a binary outcome that depends on them and on the cluster."""
    rng = np.random.default_rng(seed)
    rows = []
    for cluster in range(clusters):
        shared = rng.normal()
        for _ in range(int(rng.integers(1, largest + 1))):
            x = (rng.uniform(size=features) < 0.2 + 0.25 * (shared > 0)).astype(int)
            effects = 0.5 * x[0] + (0.3 * x[1] if features > 1 else 0.0)
            rate = 1 / (1 + np.exp(1.2 - effects - 0.7 * shared))
            rows.append([cluster, *x.tolist(), int(rng.uniform() < rate), float(rng.integers(1, 4))])
    names = ["cluster", *[f"x{j}" for j in range(features)], "outcome", "weight"]
    return pd.DataFrame(rows, columns=names)


def gee(frame, columns, family, weights):
    model = sm.GEE(
        frame.outcome.to_numpy(float),
        sm.add_constant(frame[columns].to_numpy(float), has_constant="add"),
        groups=frame.cluster.to_numpy(),
        family=family,
        cov_struct=sm.cov_struct.Independence(),
        weights=weights,
    )
    # See make_golden.py for the tolerance.
    fit = model.fit(maxiter=500, ctol=1e-11, cov_type="robust")
    return fit.params.tolist(), np.sqrt(np.diag(fit.cov_robust)).tolist()


def joint():
    cases = []
    for name, seed, clusters, largest, features in [
        ("two_features", 1, 40, 5, 2),
        ("six_features", 2, 150, 6, 6),
    ]:
        frame = clustered(seed, clusters, largest, features)
        columns = [f"x{j}" for j in range(features)]
        design = sm.add_constant(frame[columns].to_numpy(float))
        for weighted in (False, True):
            # GEE weighs whole clusters only in its own way; freq_weights of GLM weigh rows.
            weights = frame.weight.to_numpy() if weighted else np.ones(len(frame))
            groups = {"groups": frame.cluster.to_numpy(), "use_correction": False}
            fits = {}
            for link, family in [("log", sm.families.Poisson()), ("logit", sm.families.Binomial())]:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    fit = sm.GLM(frame.outcome, design, family=family, freq_weights=weights).fit(
                        cov_type="cluster", cov_kwds=groups, tol=1e-14, maxiter=200
                    )
                fits[link] = {"coefficients": fit.params.tolist(), "se": fit.bse.tolist()}
                if not weighted:
                    params, errors = gee(frame, columns, family, None)
                    # Two routes of one package must not differ.
                    assert np.allclose(params, fit.params, atol=1e-8), (params, fit.params)
                    assert np.allclose(errors, fit.bse, atol=1e-8), (errors, fit.bse)
            fit = sm.WLS(frame.outcome.to_numpy(float), design, weights=weights).fit(
                cov_type="cluster", cov_kwds=groups
            )
            fits["identity"] = {"coefficients": fit.params.tolist(), "se": fit.bse.tolist()}
            cases.append(
                {
                    "name": f"{name}{'_weighted' if weighted else ''}",
                    "clusters": frame.cluster.tolist(),
                    "features": [frame[c].astype(float).tolist() for c in columns],
                    "outcomes": frame.outcome.astype(float).tolist(),
                    "weights": weights.tolist(),
                    **fits,
                }
            )
    return cases


def risk():
    """One feature: the same models, whose coefficients are log RR and RD."""
    cases = []
    for name, seed, clusters, largest in [("few", 11, 12, 6), ("many", 12, 200, 5)]:
        frame = clustered(seed, clusters, largest, 1)
        log_coefficients, log_errors = gee(frame, ["x0"], sm.families.Poisson(), None)
        coefficients, errors = gee(frame, ["x0"], sm.families.Gaussian(), None)
        k = clusters
        test = log_coefficients[1] / (log_errors[1] * np.sqrt(k / (k - 1)))
        reach = scipy.stats.t.ppf(0.5 + LEVEL / 2, k - 1) * np.sqrt(k / (k - 1))
        rate, rate_se = gee(frame.assign(one=0.0), [], sm.families.Gaussian(), None)
        cases.append(
            {
                "name": name,
                "clusters": frame.cluster.tolist(),
                "present": frame.x0.tolist(),
                "outcomes": frame.outcome.tolist(),
                "relative_risk": float(np.exp(log_coefficients[1])),
                "log_se": log_errors[1],
                "interval": np.exp(log_coefficients[1] + reach * log_errors[1] * np.array([-1, 1])).tolist(),
                "difference": coefficients[1],
                "difference_se": errors[1],
                "p": float(2 * scipy.stats.t.sf(abs(test), k - 1)),
                "rate": rate[0],
                "rate_se": rate_se[0],
            }
        )
    return cases


def score():
    cases = []
    for x1, n1, x0, n0 in [(0, 20, 10, 20), (5, 30, 0, 40), (8, 8, 3, 12), (7, 90, 3, 110), (1, 5, 4, 6)]:
        low, high = confint_proportions_2indep(
            x1, n1, x0, n0, method="score", compare="ratio", alpha=1 - LEVEL, correction=False
        )
        finite = x0 > 0
        cases.append({"counts": [x1, n1, x0, n0], "low": float(low), "high": float(high) if finite else None})
    return cases


def wilson():
    cases = []
    for x, n in [(0, 10), (3, 10), (10, 10), (17, 412), (4999, 5000)]:
        for level in (0.8, 0.95):
            low, high = proportion_confint(x, n, alpha=1 - level, method="wilson")
            cases.append({"events": x, "n": n, "level": level, "low": float(low), "high": float(high)})
    return cases


def plain_mcnemar():
    cases = []
    for b, c in [(0, 3), (5, 5), (8, 2), (30, 17), (400, 341)]:
        exact = mcnemar([[1, b], [c, 1]], exact=True).pvalue
        # The exact p is twice the lower sum; half of the point, twice over, comes off.
        point = scipy.stats.binom.pmf(min(b, c), b + c, 0.5)
        lower = 2 * scipy.stats.binom.cdf(min(b, c), b + c, 0.5)
        assert b == c or np.isclose(exact, lower)
        cases.append({"b": b, "c": c, "p": float(lower - point)})
    return cases


def clustered_mcnemar():
    cases = []
    for name, seed, clusters in [("few", 21, 9), ("many", 22, 120)]:
        rng = np.random.default_rng(seed)
        rows = []
        for cluster in range(clusters):
            shift = rng.normal() * 0.3
            for _ in range(int(rng.integers(1, 6))):
                rows.append((cluster, int(rng.uniform() < 0.5 + shift), int(rng.uniform() < 0.4 + shift)))
        pairs = pd.DataFrame(rows, columns=["cluster", "first", "second"])
        stacked = pd.concat(
            [
                pd.DataFrame({"cluster": pairs.cluster, "arm": 1.0, "y": pairs["first"]}),
                pd.DataFrame({"cluster": pairs.cluster, "arm": 0.0, "y": pairs["second"]}),
            ]
        ).sort_values("cluster", kind="stable")

        def model(columns):
            return sm.GEE(
                stacked.y.to_numpy(float),
                np.column_stack([np.ones(len(stacked)), *columns]),
                groups=stacked.cluster.to_numpy(),
                family=sm.families.Gaussian(),
                cov_struct=sm.cov_struct.Independence(),
            )

        arm = stacked.arm.to_numpy()
        null = model([]).fit(ctol=1e-12)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            score_test = model([arm]).compare_score_test(null)
        # Obuchowski's definition from its variances and covariance, pooled rate and all.
        sums = pairs.groupby("cluster").agg(n=("first", "size"), x=("first", "sum"), y=("second", "sum"))
        n, k = sums.n.sum(), len(sums)
        pooled = (sums.x.sum() + sums.y.sum()) / (2 * n)
        factor = k / (k - 1) / n**2
        dx, dy = sums.x - sums.n * pooled, sums.y - sums.n * pooled
        variance = factor * ((dx**2).sum() + (dy**2).sum() - 2 * (dx * dy).sum())
        statistic = float(((sums.x.sum() - sums.y.sum()) / n) ** 2 / variance)
        discordant = pairs.assign(
            b=(pairs["first"] == 1) & (pairs.second == 0), c=(pairs["first"] == 0) & (pairs.second == 1)
        ).groupby("cluster")[["b", "c"]].sum()
        cases.append(
            {
                "name": name,
                "clusters": discordant.to_numpy(float).tolist(),
                "obuchowski": statistic,
                "p": float(scipy.stats.chi2.sf(statistic, 1)),
                "gee_score": float(score_test["statistic"]),
            }
        )
    return cases


def multiplicity():
    rng = np.random.default_rng(31)
    cases = []
    for p in [[0.01, 0.5, 0.02], [0.04, 0.04, 0.001, 1.0], (rng.uniform(size=25) ** 3).tolist()]:
        cases.append(
            {
                "p": p,
                "holm": multipletests(p, method="holm")[1].tolist(),
                "bh": multipletests(p, method="fdr_bh")[1].tolist(),
            }
        )
    return cases


def ratings(seed, subjects, raters, digits, noise):
    rng = np.random.default_rng(seed)
    level = rng.normal(size=(subjects, 1)) + rng.normal(size=(1, raters))
    return np.round(level + noise * rng.normal(size=(subjects, raters)), digits)


TABLES = {
    "fine": ratings(41, 18, 5, 6, 0.7),
    "tied": ratings(42, 9, 4, 0, 0.8),
    "few": ratings(43, 3, 2, 3, 1.0),
    "disagreeing": ratings(44, 12, 6, 3, 6.0),
}


def raters():
    for option in list(pingouin.options):
        if option.startswith("round"):
            pingouin.options[option] = None
    cases = []
    for name, table in TABLES.items():
        subjects, count = table.shape
        long = pd.DataFrame(
            [(s, r, table[s, r]) for s in range(subjects) for r in range(count)],
            columns=["subject", "rater", "value"],
        )
        result = pingouin.intraclass_corr(long, targets="subject", raters="rater", ratings="value").set_index("Type")
        interval = next(c for c in result.columns if c.startswith("CI95"))
        friedman = pingouin.friedman(long, dv="value", within="subject", subject="rater")
        chi2 = float(scipy.stats.friedmanchisquare(*table).statistic) if subjects > 2 else None
        cases.append(
            {
                "name": name,
                "table": table.tolist(),
                "agreement": float(result.loc["ICC(A,1)", "ICC"]),
                "agreement_ci": [float(v) for v in result.loc["ICC(A,1)", interval]],
                "consistency": float(result.loc["ICC(C,1)", "ICC"]),
                "consistency_ci": [float(v) for v in result.loc["ICC(C,1)", interval]],
                "w": float(friedman.W.iloc[0]),
                "friedman": chi2,
                "friedman_p": float(scipy.stats.chi2.sf(chi2, subjects - 1)),
            }
        )
    return cases


def permutation():
    """p of W by every permutation of the other raters against the first."""
    from itertools import permutations

    table = np.array([[1, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4]])

    def spread(rows):
        return ((rows.sum(axis=0) - rows.sum(axis=0).mean()) ** 2).sum()

    orders = [np.array(o) for o in permutations([1, 2, 3, 4])]
    observed = spread(table)
    hits = [spread(np.array([table[0], a, b])) >= observed for a in orders for b in orders]
    return {"raters": table.astype(float).tolist(), "p": float(np.mean(hits))}


def correlations():
    rng = np.random.default_rng(51)
    x = rng.normal(size=14)
    pairs = {
        "smooth": (x, 0.5 * x + rng.normal(size=14)),
        "tied": (rng.integers(0, 4, 20).astype(float), rng.integers(0, 3, 20).astype(float)),
        "opposed": (np.arange(6.0), np.array([9.0, 8.0, 8.5, 3.0, 2.0, 1.0])),
    }
    cases = []
    for name, (a, b) in pairs.items():
        r, s = scipy.stats.pearsonr(a, b), scipy.stats.spearmanr(a, b)
        ci = r.confidence_interval(LEVEL)
        half = scipy.stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt((1 + s.statistic**2 / 2) / (len(a) - 3))
        limits = np.tanh(np.arctanh(s.statistic) + half * np.array([-1, 1]))
        cases.append(
            {
                "name": name,
                "x": a.tolist(),
                "y": b.tolist(),
                "pearson": float(r.statistic),
                "pearson_p": float(r.pvalue),
                "pearson_ci": [float(ci.low), float(ci.high)],
                "spearman": float(s.statistic),
                "spearman_p": float(s.pvalue),
                "spearman_ci": limits.tolist(),
            }
        )
    return cases


def alpha():
    rng = np.random.default_rng(61)
    cases = []
    for units, count, missing in [(12, 3, 0.0), (40, 5, 0.3), (200, 4, 0.5)]:
        truth = rng.integers(0, 3, size=(units, 1))
        labels = np.where(rng.uniform(size=(units, count)) < 0.7, truth, rng.integers(0, 3, size=(units, count)))
        labels = np.where(rng.uniform(size=(units, count)) < missing, np.nan, labels.astype(float))
        equal = pairs = 0
        for row in labels:
            known = row[~np.isnan(row)]
            for i in range(len(known)):
                for j in range(i):
                    equal += known[i] == known[j]
                    pairs += 1
        cases.append(
            {
                "units": [[None if np.isnan(v) else int(v) for v in row] for row in labels],
                "alpha": float(krippendorff.alpha(reliability_data=labels.T, level_of_measurement="nominal")),
                "agreement": float(equal / pairs),
            }
        )
    return cases


def confusion():
    rng = np.random.default_rng(71)
    cases = []
    for n, rate, skill in [(40, 0.3, 0.8), (500, 0.05, 0.9), (60, 0.5, 0.4)]:
        happened = rng.uniform(size=n) < rate
        predicted = np.where(rng.uniform(size=n) < skill, happened, ~happened)
        tn, fp, fn, tp = sklearn.metrics.confusion_matrix(happened, predicted).ravel().tolist()
        recall = sklearn.metrics.recall_score(happened, predicted)
        specificity = sklearn.metrics.recall_score(~happened, ~predicted)
        cases.append(
            {
                "counts": [tp, fp, fn, tn],
                "accuracy": sklearn.metrics.accuracy_score(happened, predicted),
                "precision": sklearn.metrics.precision_score(happened, predicted),
                "recall": recall,
                "specificity": specificity,
                "f1": sklearn.metrics.f1_score(happened, predicted),
                "balanced_accuracy": sklearn.metrics.balanced_accuracy_score(happened, predicted),
                "g_mean": float(scipy.stats.gmean([recall, specificity])),
                "phi": sklearn.metrics.matthews_corrcoef(happened, predicted),
            }
        )
    return cases


def confusion_clusters():
    """phi and its error from the influence function of a correlation (Devlin and others 1975)."""
    cases = []
    for name, seed, clusters in [("few", 73, 8), ("many", 74, 120)]:
        rng = np.random.default_rng(seed)
        rows = []
        for cluster in range(clusters):
            skill = rng.uniform(0.4, 0.95)
            for _ in range(int(rng.integers(1, 9))):
                happened = rng.uniform() < 0.3
                rows.append((cluster, int(happened if rng.uniform() < skill else not happened), int(happened)))
        frame = pd.DataFrame(rows, columns=["cluster", "predicted", "happened"])
        x, y = scipy.stats.zscore(frame.predicted), scipy.stats.zscore(frame.happened)
        phi = sklearn.metrics.matthews_corrcoef(frame.happened, frame.predicted)
        influence = x * y - phi * (x**2 + y**2) / 2
        by_cluster = pd.Series(influence).groupby(frame.cluster).sum() / len(frame)
        # Recall is a ratio of two sums: the usual residuals.
        happened = frame[frame.happened == 1]
        recall = happened.predicted.mean()
        residuals = (happened.predicted - recall).groupby(happened.cluster).sum() / len(happened)
        cases.append(
            {
                "name": name,
                "rows": frame.to_numpy(int).tolist(),
                "phi": float(phi),
                "phi_se": float(np.sqrt((by_cluster**2).sum())),
                "recall": float(recall),
                "recall_se": float(np.sqrt((residuals**2).sum())),
            }
        )
    return cases


def classes():
    rng = np.random.default_rng(72)
    a = rng.integers(0, 4, 80)
    b = np.where(rng.uniform(size=80) < 0.6, a, rng.integers(0, 4, 80))
    w = rng.integers(1, 4, 80).astype(float)
    return {
        "first": a.tolist(),
        "second": b.tolist(),
        "weights": w.tolist(),
        "raw": float(sklearn.metrics.accuracy_score(a, b, sample_weight=w)),
        "phi": float(sklearn.metrics.matthews_corrcoef(a, b, sample_weight=w)),
    }


def auroc():
    cases = []
    for name, seed, clusters, largest in [("alone", 81, 60, 1), ("clustered", 82, 45, 6), ("few", 83, 8, 4)]:
        rng = np.random.default_rng(seed)
        rows = []
        for cluster in range(clusters):
            shared = rng.normal()
            for _ in range(int(rng.integers(1, largest + 1))):
                positive = int(rng.uniform() < 1 / (1 + np.exp(-shared)))
                score = int(np.clip(np.round(1 + 0.7 * positive + 0.5 * shared + rng.normal()), 0, 3))
                rows.append((cluster, score, positive))
        frame = pd.DataFrame(rows, columns=["cluster", "score", "positive"])
        x, y = frame[frame.positive == 1], frame[frame.positive == 0]
        area = float(sklearn.metrics.roc_auc_score(frame.positive, frame.score))
        # Obuchowski (1997), with the kernel of every pair written out.
        kernel = (x.score.to_numpy()[:, None] > y.score.to_numpy()) + 0.5 * (
            x.score.to_numpy()[:, None] == y.score.to_numpy()
        )
        vx, vy = kernel.mean(axis=1), kernel.mean(axis=0)
        m, n = kernel.shape
        ids = frame.cluster.unique()
        px = np.array([(vx[x.cluster == c] - area).sum() for c in ids])
        qy = np.array([(vy[y.cluster == c] - area).sum() for c in ids])
        i10, i01, i = x.cluster.nunique(), y.cluster.nunique(), len(ids)
        s10 = i10 / ((i10 - 1) * m) * (px**2).sum()
        s01 = i01 / ((i01 - 1) * n) * (qy**2).sum()
        s11 = i / (i - 1) * (px * qy).sum()
        se = float(np.sqrt(s10 / m + s01 / n + 2 * s11 / (m * n)))
        brunner = None
        if largest == 1:
            test = scipy.stats.brunnermunzel(y.score, x.score)
            brunner = float((0.5 - area) / test.statistic) if test.statistic < 0 else float((area - 0.5) / test.statistic)
            assert abs(brunner) - se < 1e-12
            brunner = abs(brunner)
        cases.append(
            {
                "name": name,
                "rows": frame.to_numpy(int).tolist(),
                "area": area,
                "se": se,
                "brunner_munzel_se": brunner,
            }
        )
    return cases


def trend():
    cases = []
    for name, seed, clusters in [("few", 91, 15), ("many", 92, 150)]:
        rng = np.random.default_rng(seed)
        rows = []
        for cluster in range(clusters):
            shared = rng.normal() * 0.6
            for _ in range(int(rng.integers(1, 6))):
                level = int(rng.integers(0, 3))
                rows.append((cluster, level, int(rng.uniform() < 1 / (1 + np.exp(0.5 - 0.5 * level - shared)))))
        frame = pd.DataFrame(rows, columns=["cluster", "level", "outcome"])
        table = pd.crosstab(frame.level, frame.outcome).to_numpy()
        linear = Table(table, shift_zeros=False).test_ordinal_association(np.arange(3.0), np.array([0.0, 1.0]))
        n = len(frame)

        def model(columns):
            return sm.GEE(
                frame.outcome.to_numpy(float),
                np.column_stack([np.ones(n), *columns]),
                groups=frame.cluster.to_numpy(),
                family=sm.families.Binomial(),
                cov_struct=sm.cov_struct.Independence(),
            )

        level = frame.level.to_numpy(float)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            score_test = model([level]).compare_score_test(model([]).fit(ctol=1e-12))
        coefficients, errors = gee(frame, ["level"], sm.families.Binomial(), None)
        cases.append(
            {
                "name": name,
                "rows": frame.to_numpy(int).tolist(),
                # Its variance is that of sampling without replacement, over n - 1.
                "z": float(linear.zscore * np.sqrt(n / (n - 1))),
                "gee_score": float(score_test["statistic"]),
                "slope": coefficients[1],
                "slope_se": errors[1],
            }
        )
    return cases


def tails():
    return {
        "f": [
            {"tail": t, "numerator": a, "denominator": b, "quantile": float(scipy.stats.f.isf(t, a, b))}
            for t in (0.025, 0.005)
            for a, b in [(1, 1), (2, 2.5), (17, 68), (4.3, 90.0), (500, 3)]
        ],
        "t": [
            {"statistic": t, "freedom": df, "p": float(2 * scipy.stats.t.sf(t, df))}
            for t in (0.0, 0.5, 2.0, 8.0)
            for df in (1, 5, 99, 10_000, 1_000_000)
        ],
        "z": [{"statistic": z, "p": float(2 * scipy.stats.norm.sf(z))} for z in (0.0, 1.0, 4.0, 12.0)],
        "chi_squared": [
            {"statistic": x, "freedom": df, "p": float(scipy.stats.chi2.sf(x, df))}
            for x in (0.1, 3.8, 60.0)
            for df in (1, 5, 40)
        ],
    }


def write(content):
    versions = {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in PACKAGES}}
    lines = []
    for key, value in {"versions": versions, "level": LEVEL, **content}.items():
        if isinstance(value, list):  # one element a line, so that a change shows where it is
            rows = ",\n".join(json.dumps(element, allow_nan=False) for element in value)
            lines.append(f"{json.dumps(key)}: [\n{rows}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
    (HERE / "measures.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    parts = [wilson, risk, score, joint, plain_mcnemar, clustered_mcnemar, multiplicity, raters]
    parts += [permutation, correlations, alpha, confusion, confusion_clusters, classes, auroc, trend, tails]
    write({part.__name__: part() for part in parts})
