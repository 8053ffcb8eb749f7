"""Metrics of torchmetrics, scikit-learn, MONAI, SMP, DeepMind's surface-distance and Metrics Reloaded."""

import types

import numpy as np
from draw import Op, blobs, labels, logits, pick, probabilities, shape, version_of


def classes_case(chance, rng, ignored=None, least=2):
    samples, height, width = shape(rng)
    classes = chance.choice([2, 3, 4][least - 2 :])
    size = (samples, height, width)
    target = labels(rng, classes, size, ignored)
    prediction = np.where(
        rng.random(size) < 0.6, np.where(target == ignored, 0, target), labels(rng, classes, size)
    )
    return prediction, target, classes


def of_labels(prediction, target, classes, params, run):
    return {
        "params": params,
        "layout": "NHW",
        "domain": "labels",
        "prediction": prediction,
        "target": target,
        "classes": classes,
        "run": run,
    }


def torchmetrics(name, args, top=False):
    def draw(chance, rng):
        import torch
        import torchmetrics.functional.classification as library

        ignored = 255 if chance.random() < 0.3 else None
        prediction, target, classes = classes_case(chance, rng, ignored)
        params = pick(chance, **args)
        if ignored is not None:
            params["ignore_index"] = 255
        call = f"multiclass_{name}"
        scores = None
        if top and chance.random() < 0.4 and ignored is None:
            params["top_k"] = chance.choice(range(2, classes + 1))
            # Ties are taken in any order there.
            scores = (
                logits(rng, prediction.shape[0], classes, *prediction.shape[1:])
                + rng.random((1, classes, 1, 1)) / 64
            )
        x = torch.tensor(prediction if scores is None else scores)
        run = lambda: getattr(library, call)(x, torch.tensor(target), num_classes=classes, **params)
        case = of_labels(prediction, target, classes, params, run)
        if scores is not None:
            case.update(prediction=scores, layout="NCHW", domain="logits")
        return case

    return draw


AVERAGE = {"average": ["micro", "macro", "weighted", "none"]}
TORCHMETRICS = [
    ("accuracy", AVERAGE, True),
    ("precision", AVERAGE, True),
    ("recall", AVERAGE, True),
    ("f1_score", AVERAGE, True),
    ("specificity", AVERAGE, True),
    ("jaccard_index", AVERAGE, False),
    ("cohen_kappa", {"weights": ["linear", "quadratic"]}, False),
    ("matthews_corrcoef", {}, False),
    ("confusion_matrix", {"normalize": ["true", "pred", "all"]}, False),
]


def torch_segmentation(name, args):
    def draw(chance, rng):
        import torch
        import torchmetrics.functional.segmentation as library

        prediction, target, classes = classes_case(chance, rng)
        params = pick(chance, **args)
        run = lambda: getattr(library, name)(
            torch.tensor(prediction),
            torch.tensor(target),
            num_classes=classes,
            input_format="index",
            **params,
        )
        return of_labels(prediction, target, classes, params, run)

    return draw


SEGMENTATION = [
    (
        "dice_score",
        "dice_score",
        {"include_background": [True, False], "average": ["micro", "macro", "weighted", "none"]},
    ),
    ("iou", "mean_iou", {"include_background": [True, False], "per_class": [True, False]}),
]


def sklearn(name, args):
    def draw(chance, rng):
        import sklearn.metrics

        prediction, target, classes = classes_case(chance, rng)
        params = pick(chance, **args)
        if args is SCORE:
            params = {"average": "macro", "zero_division": 0, **params}
        given = {key: None if value == "none" else value for key, value in params.items()}
        listed = (
            {"labels": list(range(classes))}
            if args is SCORE or name in ("confusion_matrix", "cohen_kappa_score")
            else {}
        )
        run = lambda: getattr(sklearn.metrics, name)(target.ravel(), prediction.ravel(), **given, **listed)
        return of_labels(prediction, target, classes, params, run)

    return draw


SCORE = {"average": ["macro", "micro", "weighted", "none"], "zero_division": [0, 1]}
SKLEARN = [
    ("jaccard_score", SCORE),
    ("f1_score", SCORE),
    ("precision_score", SCORE),
    ("recall_score", SCORE),
    ("accuracy_score", {}),
    ("balanced_accuracy_score", {}),
    ("matthews_corrcoef", {}),
    ("confusion_matrix", {"normalize": ["true", "pred", "all"]}),
]


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


def smp(name, reductions):
    def draw(chance, rng):
        import segmentation_models_pytorch.metrics as library
        import torch

        # Two classes are its binary mode to the conformance program.
        prediction, target, classes = classes_case(chance, rng, least=3)
        params = {"reduction": chance.choice(reductions), **pick(chance, zero_division=[0.0, 1.0, 0.5])}
        if params["reduction"].startswith("weighted") or chance.random() < 0.2:
            params["class_weights"] = [float(one) for one in rng.integers(1, 9, classes) / 4]

        def run():
            stats = library.get_stats(
                torch.tensor(prediction), torch.tensor(target), mode="multiclass", num_classes=classes
            )
            return getattr(library, name)(*stats, **params)

        return of_labels(prediction, target, classes, params, run)

    return draw


SMP = ["f1_score", "iou_score", "precision", "recall", "accuracy", "specificity"]
SMP_REDUCTIONS = ["micro", "macro", "weighted", "micro-imagewise", "macro-imagewise", "weighted-imagewise"]


def masks(chance, rng):
    size = tuple(int(one) for one in rng.integers(1, 7, chance.choice([2, 3])))
    steps = (
        [round(float(one), 3) for one in rng.uniform(0.3, 3, len(size))]
        if chance.random() < 0.6
        else [1.0] * len(size)
    )
    return blobs(rng, size), blobs(rng, size), steps


def of_masks(prediction, target, params, run):
    case = of_labels(prediction[None].astype(int), target[None].astype(int), 2, params, run)
    return {**case, "layout": "NHW" if prediction.ndim == 2 else "NDHW"}


def surface_distance(name):
    def draw(chance, rng):
        from surface_distance import metrics as library

        mend(library)
        prediction, target, steps = masks(chance, rng)
        params = {"spacing_mm": steps}
        rest = []
        if name in ("surface_dice", "surface_overlap"):
            params["tolerance_mm"] = round(float(rng.uniform(0, 3)), 2)
            rest = [params["tolerance_mm"]]
        if name == "robust_hausdorff":
            params["percent"] = chance.choice([50, 90, 95, 100])
            rest = [params["percent"]]
        function = {
            "surface_dice": "compute_surface_dice_at_tolerance",
            "surface_overlap": "compute_surface_overlap_at_tolerance",
            "robust_hausdorff": "compute_robust_hausdorff",
            "average_surface_distance": "compute_average_surface_distance",
        }[name]

        def run():
            found = library.compute_surface_distances(target, prediction, steps)
            with np.errstate(all="ignore"):
                value = np.array(getattr(library, function)(found, *rest), float)
            # Of an empty mask the distances are infinite or a warning; what is undefined is NaN here.
            empty = not (target.any() and prediction.any())
            return (
                np.where(empty, np.nan, value)
                if name in ("robust_hausdorff", "average_surface_distance")
                else value
            )

        return of_masks(prediction, target, params, run)

    return draw


def mend(library):
    """Version 0.1 names what NumPy 2 and SciPy 1.15 no longer have."""
    from scipy import ndimage

    np.Inf = np.inf
    library.ndimage = types.SimpleNamespace(filters=ndimage, morphology=ndimage)
    library._sort_distances_surfels = lambda distances, sizes: (
        lambda order: (distances[order], sizes[order])
    )(np.lexsort((sizes, distances)))


def reloaded(name):
    def draw(chance, rng):
        from MetricsReloaded.metrics.pairwise_measures import BinaryPairwiseMeasures

        prediction, target, steps = masks(chance, rng)
        params = {"pixdim": steps}
        if name == "measured_hausdorff_distance_perc":
            params["hd_perc"] = chance.choice([50, 95])
        if name == "normalised_surface_distance":
            params["nsd"] = round(float(rng.uniform(0, 3)), 2)
        rest = {key: value for key, value in params.items() if key != "pixdim"}
        measures = lambda: BinaryPairwiseMeasures(
            prediction.astype(int), target.astype(int), pixdim=steps, dict_args=rest
        )
        if name in ("dsc", "intersection_over_union"):
            params = {}
        return of_masks(prediction, target, params, lambda: getattr(measures(), name)())

    return draw


RELOADED = [
    "dsc",
    "intersection_over_union",
    "measured_average_distance",
    "measured_masd",
    "measured_hausdorff_distance",
    "measured_hausdorff_distance_perc",
    "normalised_surface_distance",
]


def available():
    found = []
    version = version_of("torchmetrics")
    if version:
        for name, args, top in TORCHMETRICS:
            found.append(
                Op(
                    "torchmetrics",
                    name,
                    f"torchmetrics.functional.classification.multiclass_{name}",
                    torchmetrics(name, args, top),
                    "float32",
                    version,
                )
            )
        for op, name, args in SEGMENTATION:
            found.append(
                Op(
                    "torchmetrics",
                    op,
                    f"torchmetrics.functional.segmentation.{name}",
                    torch_segmentation(name, args),
                    "float32",
                    version,
                )
            )
    version = version_of("sklearn", "scikit-learn")
    if version:
        for name, args in SKLEARN:
            found.append(
                Op("sklearn", name, f"sklearn.metrics.{name}", sklearn(name, args), "float64", version)
            )
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
    version = version_of("segmentation_models_pytorch", "segmentation-models-pytorch")
    if version:
        for name in SMP:
            found.append(
                Op(
                    "smp",
                    name,
                    f"segmentation_models_pytorch.metrics.{name}",
                    smp(name, SMP_REDUCTIONS),
                    "float32",
                    version,
                )
            )
    version = version_of("surface_distance", "surface-distance")
    if version:
        for name in ["surface_dice", "surface_overlap", "robust_hausdorff", "average_surface_distance"]:
            found.append(
                Op(
                    "surface_distance",
                    name,
                    f"surface_distance.{name}",
                    surface_distance(name),
                    "float64",
                    version,
                )
            )
    version = version_of("MetricsReloaded")
    if version:
        for name in RELOADED:
            found.append(
                Op(
                    "metrics_reloaded",
                    name,
                    f"MetricsReloaded.BinaryPairwiseMeasures.{name}",
                    reloaded(name),
                    "float64",
                    version,
                )
            )
    return found
