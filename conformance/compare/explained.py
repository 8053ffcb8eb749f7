"""Differences that stay: library, op (a pattern), whether a case is of the kind, the reason and its source."""

EXPLAINED = [
    (
        "torchmetrics",
        ".*",
        lambda raw, why: raw["params"].get("top_k", 1) > 1 and raw["params"].get("ignore_index") is not None,
        "with top_k the prediction of an ignored pixel is set to the number of classes before the largest are taken",
        "torchmetrics/functional/classification/stat_scores.py, _multiclass_stat_scores_update",
    ),
]
