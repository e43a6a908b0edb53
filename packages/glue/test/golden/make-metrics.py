"""Writes metrics.json: what scikit-learn and SciPy say about made-up predictions and labels.

Run from this folder: python3 make-metrics.py > metrics.json
"""

import json
import math
import random
import warnings

import scipy
import scipy.stats
import sklearn
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

warnings.simplefilter("ignore")  # Degenerate cases are here on purpose.
SEED = 20240614
rng = random.Random(SEED)


def noisy(labels, share, classes):
    return [rng.randrange(classes) if rng.random() < share else label for label in labels]


def number(value):
    return None if math.isnan(value) else float(value)


def classification(name, predictions, labels, classes=2):
    case = {
        "name": name,
        "predictions": predictions,
        "labels": labels,
        "accuracy": number(accuracy_score(labels, predictions)),
        "matthews": number(matthews_corrcoef(labels, predictions)),
    }
    if classes == 2:
        case["f1"] = number(f1_score(labels, predictions))
    return case


def regression(name, predictions, labels):
    return {
        "name": name,
        "predictions": predictions,
        "labels": labels,
        "pearson": number(scipy.stats.pearsonr(predictions, labels)[0]),
        "spearman": number(scipy.stats.spearmanr(predictions, labels)[0]),
    }


rare = [1 if rng.random() < 0.1 else 0 for _ in range(60)]
even = [rng.randrange(2) for _ in range(60)]
three = [rng.randrange(3) for _ in range(60)]
scores = [round(rng.uniform(0, 5), 3) for _ in range(60)]
tied = [round(score * 2) / 2 for score in scores]

classifications = [
    classification("mostly right", noisy(even, 0.3, 2), even),
    classification("chance", noisy(even, 1, 2), even),
    classification("rare positives", noisy(rare, 0.2, 2), rare),
    classification("all right", even, even),
    classification("all wrong", [1 - label for label in even], even),
    classification("constant predictions", [1] * 60, even),
    classification("constant zero predictions", [0] * 60, even),
    classification("constant labels", even, [1] * 60),
    classification("class 1 nowhere", [0, 0, 0], [0, 0, 0]),
    classification("class 1 everywhere", [1, 1, 1], [1, 1, 1]),
    classification("never right about class 1", [0, 0, 1, 1], [1, 1, 0, 0]),
    classification("one example", [1], [1]),
    classification("three classes", noisy(three, 0.4, 3), three, 3),
    classification("three classes, one never predicted", [label % 2 for label in three], three, 3),
]
regressions = [
    regression("noisy", [s + rng.gauss(0, 1) for s in scores], scores),
    regression("unrelated", [rng.gauss(0, 1) for _ in scores], scores),
    regression("ties in the labels", [s + rng.gauss(0, 1) for s in tied], tied),
    regression("ties in both", [round(s + rng.gauss(0, 1)) for s in tied], tied),
    regression("falling", [-2 * s + 7 for s in scores], scores),
    regression("monotone, not linear", [math.exp(s) for s in scores], scores),
    regression("a large offset", [s + 1e6 for s in scores], [s + rng.gauss(0, 1) for s in scores]),
    regression("two examples", [0.5, 0.25], [1, 3]),
    regression("constant predictions", [0.1] * 60, scores),
    regression("constant labels", scores, [2.5] * 60),
]
versions = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__}


def lines(cases):
    return ",\n".join("  " + json.dumps(case, allow_nan=False) for case in cases)


print(f"""{{
"seed": {SEED},
"versions": {json.dumps(versions)},
"classification": [
{lines(classifications)}
],
"regression": [
{lines(regressions)}
]
}}""")
