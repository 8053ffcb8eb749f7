"""Metrics of torchmetrics, scikit-learn and segmentation-models-pytorch."""

from draw import Op, classes_case, logits, of_labels, pick, version_of


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
        if top and chance.random() < 0.4:
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
    return found
