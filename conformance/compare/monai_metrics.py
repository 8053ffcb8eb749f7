"""Metrics of MONAI."""

from draw import Op, classes_case, labels, of_labels, pick, shape, version_of


def one_hot(values, classes):
    import torch

    return torch.nn.functional.one_hot(torch.tensor(values), classes).movedim(-1, 1).float()


def monai(name, args, needs=lambda chance, rng, classes, params: params):
    def draw(chance, rng):
        import monai.metrics

        prediction, target, classes = classes_case(chance, rng)
        params = needs(chance, rng, classes, pick(chance, **args))
        run = lambda: getattr(monai.metrics, name)(
            one_hot(prediction, classes), one_hot(target, classes), **params
        )
        return of_labels(prediction, target, classes, params, run)

    return draw


def spacing(chance, rng, classes, params):
    if chance.random() < 0.5 and params.get("distance_metric", "euclidean") == "euclidean":
        params["spacing"] = [round(float(one), 3) for one in rng.uniform(0.3, 3, 2)]
    return params


def thresholds(chance, rng, classes, params):
    first = 0 if params.get("include_background") else 1
    found = spacing(chance, rng, classes, params)
    return {**found, "class_thresholds": [round(float(one), 2) for one in rng.uniform(0, 4, classes - first)]}


def calibration(chance, rng):
    import monai.metrics
    import torch

    samples, height, width = shape(rng)
    classes = chance.choice([2, 3])
    # No probability is on an edge, which is a number of single precision there.
    prediction = (rng.integers(0, 200, (samples, classes, height, width)) + 0.5) / 200
    target = labels(rng, classes, (samples, height, width))
    params = {
        "num_bins": chance.choice([5, 10, 20]),
        **pick(
            chance,
            calibration_reduction=["expected", "average", "maximum"],
            include_background=[True, False],
            right=[True],
        ),
    }

    def run():
        metric = monai.metrics.CalibrationErrorMetric(metric_reduction="none", **params)
        metric(torch.tensor(prediction).float(), one_hot(target, classes))
        return metric.aggregate()

    return {
        "params": params,
        "layout": "NCHW",
        "domain": "probs",
        "prediction": prediction,
        "target": target,
        "classes": classes,
        "run": run,
    }


BACKGROUND = {"include_background": [True, False]}
MONAI = [
    ("dice_score", "compute_dice", {**BACKGROUND, "ignore_empty": [True, False]}, None),
    ("iou", "compute_iou", {**BACKGROUND, "ignore_empty": [True, False], "ignore_index": [0, 1]}, None),
    (
        "generalized_dice_score",
        "compute_generalized_dice",
        {**BACKGROUND, "weight_type": ["square", "simple", "uniform"], "sum_over_classes": [True]},
        None,
    ),
    (
        "hausdorff",
        "compute_hausdorff_distance",
        {
            **BACKGROUND,
            "directed": [True],
            "distance_metric": ["euclidean", "chessboard", "taxicab"],
            "percentile": [50, 95],
        },
        spacing,
    ),
    (
        "average_surface_distance",
        "compute_average_surface_distance",
        {**BACKGROUND, "symmetric": [True], "distance_metric": ["euclidean", "chessboard", "taxicab"]},
        spacing,
    ),
    ("surface_dice", "compute_surface_dice", {**BACKGROUND, "use_subvoxels": [True, False]}, thresholds),
]


def available():
    found = []
    version = version_of("monai")
    if version:
        for op, name, args, needs in MONAI:
            draw = monai(name, args, needs) if needs else monai(name, args)
            found.append(Op("monai", op, f"monai.metrics.{name}", draw, "float32", version))
        found.append(
            Op(
                "monai",
                "calibration_error",
                "monai.metrics.CalibrationErrorMetric",
                calibration,
                "float32",
                version,
            )
        )
    return found
