"""Losses of MONAI, with gradients."""

import numpy as np
from draw import Op, maps, pick, torch_case, version_of


def monai_args(activation, classes, params):
    if activation in ("sigmoid", "softmax"):
        params[activation] = True
    if classes > 1:
        params["to_onehot_y"] = True
    return params


def resolved(params):
    import torch

    found = dict(params)
    if isinstance(found.get("other_act"), str):
        found["other_act"] = getattr(torch, found["other_act"].removeprefix("torch."))
    return found


def monai(name, args, *, own=None, **how):
    def draw(chance, rng):
        import monai.losses

        ignored = 255 if "ignore_index" in args and chance.random() < 0.3 else None
        prediction, target, activation = maps(chance, rng, ignored=ignored, **how)
        classes = prediction.shape[1]
        params = pick(chance, **{key: values for key, values in args.items() if key != "ignore_index"})
        if ignored is not None:
            params["ignore_index"] = 255
        params = (
            own(chance, rng, params, activation, classes) if own else monai_args(activation, classes, params)
        )
        if activation is None and classes > 1 and "other_act" in args and chance.random() < 0.15:
            params["other_act"] = chance.choice(["torch.tanh", "torch.square"])
        loss = getattr(monai.losses, name)

        def call(x, t):
            made = loss(
                **{
                    **resolved(params),
                    **({"dist_matrix": np.array(params["dist_matrix"])} if "dist_matrix" in params else {}),
                }
            )
            return made(
                x, t if name == "NACLLoss" else t.unsqueeze(1).to(x) if classes == 1 else t.unsqueeze(1)
            )

        layout = "N1HW" if classes == 1 else "NCHW"
        case = torch_case(
            call, prediction, target, params, layout, "probs" if activation is None else "logits"
        )
        # Its one-hot maps are of single precision.
        return {**case, "precision": "float32"} if classes > 1 and params.get("squared_pred") else case

    return draw


def focal_args(chance, rng, params, activation, classes):
    if classes > 1:
        params["to_onehot_y"] = True
        params["use_softmax"] = activation == "softmax"
    return params


def wasserstein_args(chance, rng, params, activation, classes):
    matrix = np.round(rng.uniform(0.1, 3, (classes, classes)), 3)
    np.fill_diagonal(matrix, 0)
    return {**params, "dist_matrix": matrix.tolist()}


def nacl_args(chance, rng, params, activation, classes):
    return {**params, "classes": classes, "dim": 2}


REDUCTION = ["mean", "sum", "none"]
RATIO = {
    "smooth_nr": [0.0, 1e-5, 0.5],
    "smooth_dr": [1e-5, 0.1, 1.0],
    "reduction": REDUCTION,
    "include_background": [True, False],
}
PLAIN_RATIO = {key: values for key, values in RATIO.items() if key != "include_background"}
MONAI = [
    (
        "dice_loss",
        "DiceLoss",
        {**RATIO, "batch": [True], "squared_pred": [True], "ignore_index": [255], "other_act": []},
        {},
        "float64",
    ),
    (
        "jaccard_loss",
        "DiceLoss",
        {**RATIO, "batch": [True], "jaccard": [True], "soft_label": [True]},
        {},
        "float64",
    ),
    (
        "tversky_loss",
        "TverskyLoss",
        {**RATIO, "batch": [True], "alpha": [0.3, 0.7, 1.0], "beta": [0.3, 0.7, 1.0], "ignore_index": [255]},
        {},
        "float64",
    ),
    (
        "generalized_dice_loss",
        "GeneralizedDiceLoss",
        {**RATIO, "batch": [True], "w_type": ["square", "simple", "uniform"]},
        {},
        "float32",
    ),
    (
        "focal_loss",
        "FocalLoss",
        {
            "gamma": [0.0, 0.5, 2.0],
            "alpha": [0.25, 0.7],
            "reduction": REDUCTION,
            "include_background": [True, False],
            "ignore_index": [255],
        },
        {"own": focal_args, "activations": ("sigmoid", "softmax")},
        "float32",
    ),
    (
        "dice_ce_loss",
        "DiceCELoss",
        {
            "lambda_dice": [0.5, 2.0],
            "lambda_ce": [0.5, 2.0],
            "include_background": [True, False],
            "label_smoothing": [0.1],
        },
        {"activations": ("softmax", "sigmoid")},
        "float64",
    ),
    (
        "dice_focal_loss",
        "DiceFocalLoss",
        {
            "gamma": [0.5, 1.0],
            "lambda_dice": [0.5, 2.0],
            "lambda_focal": [0.5, 2.0],
            "include_background": [True, False],
        },
        {"activations": ("softmax", "sigmoid")},
        "float32",
    ),
    (
        "wasserstein_dice_loss",
        "GeneralizedWassersteinDiceLoss",
        {**PLAIN_RATIO, "weighting_mode": ["default", "GDL"]},
        {"own": wasserstein_args, "activations": ("softmax",), "single": False},
        "float32",
    ),
    (
        "hausdorff_dt_loss",
        "HausdorffDTLoss",
        {
            "alpha": [1.0, 2.0, 1.5],
            "include_background": [True, False],
            "reduction": REDUCTION,
            "batch": [True],
        },
        {},
        "float32",
    ),
    (
        "log_hausdorff_dt_loss",
        "LogHausdorffDTLoss",
        {"alpha": [1.0, 2.0], "include_background": [True, False], "reduction": ["mean", "sum"]},
        {},
        "float32",
    ),
    (
        "soft_cldice_loss",
        "SoftclDiceLoss",
        {
            "iter_": [0, 1, 5],
            "smooth_nr": [0.5],
            "smooth_dr": [0.5],
            "include_background": [True, False],
            "reduction": REDUCTION,
        },
        {"distinct": True},
        "float64",
    ),
    (
        "nacl_loss",
        "NACLLoss",
        {"kernel_size": [3, 5], "distance_type": ["l1", "l2"], "alpha": [0.05, 0.3]},
        {"own": nacl_args, "activations": ("softmax",), "single": False},
        "float32",
    ),
]


def available():
    version = version_of("monai")
    if not version:
        return []
    return [
        Op("monai", name, f"monai.losses.{callable_}", monai(callable_, args, **how), precision, version)
        for name, callable_, args, how, precision in MONAI
    ]
