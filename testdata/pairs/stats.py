"""What is in a file of the wide layout, computed with pandas, SciPy, NetworkX and NLTK.

    python testdata/pairs/stats.py combined_dataset.parquet > testdata/pairs/combined_dataset.json

Shares no code and no algorithm with the program; README.md beside it says what each figure means.
"""

import json
import re
import sys
from importlib.metadata import version

import networkx
import numpy
import pandas
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

TOKEN = re.compile(r"\w+|[^\w\s]")
QUANTILES = {"min": 0.0, "q25": 0.25, "median": 0.5, "q75": 0.75, "max": 1.0}


def read(path):
    rows = pandas.read_parquet(path)
    rows = pandas.DataFrame(
        {
            "dataset": rows["original_dataset"],
            "original": rows["original_question"],
            "counterfactual": rows["counterfactual_question"],
            "original_idx": rows["original_question_idx"],
            "counterfactual_idx": rows["counterfactual_question_idx"],
            "original_truth": rows["original_ground_truth"],
            "counterfactual_truth": rows["counterfactual_ground_truth"],
            "distance": rows["counterfactual_hamming_distance"],
            "generator": rows["counterfactual_generator_model"],
            "method": rows["counterfactual_generator_method"],
            "first": rows["original_answer_first"],
            "prompt": rows["original_question_prompt"],
        }
    )
    # Where the row does not say, the prompt does: which tag comes first.
    said = rows["prompt"].map(lambda text: text.find("[ANSWER]") < text.find("[EXPLANATION]"))
    rows["first"] = rows["first"].where(rows["first"].notna(), said).astype(bool)
    return rows


def summary(values):
    values = numpy.asarray(values, dtype=float)
    made = {name: float(numpy.quantile(values, q)) for name, q in QUANTILES.items()}
    return {"mean": float(values.mean()), **made}


def graph(pairs):
    """Nodes are texts of a dataset, edges are pairs; by SciPy, and again by NetworkX."""
    ends = [list(zip(pairs["dataset"], pairs[side])) for side in ("original", "counterfactual")]
    codes, texts = pandas.factorize(pandas.Series(ends[0] + ends[1]))
    original, counterfactual = codes[: len(pairs)], codes[len(pairs) :]
    matrix = coo_matrix((numpy.ones(len(pairs)), (original, counterfactual)), (len(texts),) * 2)
    count, label = connected_components(matrix, directed=False)
    undirected = networkx.Graph(zip(*ends))
    assert networkx.number_connected_components(undirected) == count
    # A cluster is an original text; it holds that text and those of its counterfactuals.
    members = {}
    for a, b in zip(original, counterfactual):
        members.setdefault(a, {a}).add(b)
    held = pandas.Series([text for texts in members.values() for text in texts]).value_counts()
    several = set(held[held > 1].index)
    both = set(original) & set(counterfactual)
    asked = set(zip(original, pairs["first"]))
    return {
        "texts": len(texts),
        "clusters_by_text": len(members),
        "counterfactual_texts": len(set(counterfactual)),
        "texts_on_both_sides": len(both),
        "counterfactual_is_original": int(sum(b in both for b in counterfactual)),
        "counterfactual_is_original_in_order": sum(
            pair in asked for pair in zip(counterfactual, pairs["first"])
        ),
        "texts_in_several_clusters": len(several),
        "components": int(count),
        "largest_component_pairs": int(numpy.bincount(label[original]).max()),
    }


def describe(pairs):
    tokens = {
        side: [TOKEN.findall(text.lower()) for text in pairs[side]]
        for side in ("original", "counterfactual")
    }
    sides = list(zip(tokens["original"], tokens["counterfactual"]))
    smooth = SmoothingFunction().method2
    known = pairs["original_truth"].notna() & pairs["counterfactual_truth"].notna()
    flips = known & (pairs["original_truth"] != pairs["counterfactual_truth"])
    by_id = pairs[["dataset", "original_idx"]].drop_duplicates()
    distances = pairs["distance"].dropna().astype(int).value_counts()
    return {
        "pairs": len(pairs),
        "questions": len(set(map(tuple, by_id.values)) | set(zip(pairs["dataset"], pairs["counterfactual_idx"]))),
        "clusters_by_id": len(by_id),
        **graph(pairs),
        "distances": {str(d): int(n) for d, n in sorted(distances.items())},
        "without_distance": int(pairs["distance"].isna().sum()),
        "truths_known": int(known.sum()),
        "label_flips": int(flips.sum()),
        "answer_first": int(pairs["first"].sum()),
        "answer_last": int((~pairs["first"]).sum()),
        "words_original": summary([len(text.split()) for text in pairs["original"]]),
        "words_counterfactual": summary([len(text.split()) for text in pairs["counterfactual"]]),
        "jaccard": summary([len(set(a) & set(b)) / len(set(a) | set(b)) for a, b in sides]),
        "bleu": summary([sentence_bleu([a], b, smoothing_function=smooth) for a, b in sides]),
    }


def main():
    rows = read(sys.argv[1])
    same = rows["original"] == rows["counterfactual"]
    pairs = rows[~same].reset_index(drop=True)
    everything = list(zip(rows["dataset"], rows["original"]))
    other = list(zip(rows["dataset"], rows["counterfactual"]))
    on_both = set(everything) & set(other)
    asked = set(zip(rows["dataset"], rows["original"], rows["first"]))
    other_asked = list(zip(rows["dataset"], rows["counterfactual"], rows["first"]))
    found = {
        "versions": {
            name: version(name) for name in ("pandas", "pyarrow", "numpy", "scipy", "networkx", "nltk")
        },
        "rows": len(rows),
        "identical_texts": int(same.sum()),
        "all_rows": {
            "originals_by_id": len(rows[["dataset", "original_idx"]].drop_duplicates()),
            "originals_by_text": len(set(everything)),
            "texts_on_both_sides": len(on_both),
            "rows_whose_counterfactual_is_an_original": sum(text in on_both for text in other),
            "rows_whose_counterfactual_is_an_original_in_order": sum(text in asked for text in other_asked),
        },
        "overall": describe(pairs),
        "datasets": {name: describe(part) for name, part in pairs.groupby("dataset")},
        "methods": {
            f"{generator} / {method}": describe(part)
            for (generator, method), part in pairs.groupby(["generator", "method"])
        },
    }
    json.dump(found, sys.stdout, indent=1)
    print()


main()
