"""Losses of MONAI, SMP, kornia and torch, with gradients."""

import numpy as np
from draw import Op, labels, logits, pick, probabilities, shape, version_of


def torch_case(loss, prediction, target, params, layout, domain, gradient=True, classes=None):
    import torch

    state = {}

    def run():
        x = torch.tensor(prediction, dtype=torch.float64, requires_grad=True)
        value = loss(x, torch.tensor(target))
        if gradient:
            value.sum().backward()
            state["gradient"] = x.grad.flatten()
        return value.detach().flatten() if value.ndim else value.detach()

    case = {
        "params": params,
        "layout": layout,
        "domain": domain,
        "prediction": prediction,
        "target": target,
        "classes": classes or max(2, prediction.shape[1]),
        "run": run,
    }
    if gradient:
        case["gradient"] = lambda: state["gradient"]
    return case


def maps(
    chance,
    rng,
    *,
    activations=("sigmoid", "softmax", None),
    ignored=None,
    single=True,
    several=True,
    distinct=False,
):
    """A prediction, its labels, and MONAI's or others' activation of it."""
    samples, height, width = shape(rng)
    classes = 1 if not several or (single and chance.random() < 0.3) else chance.choice([2, 3, 4])
    activation = chance.choice([one for one in activations if not (classes == 1 and one == "softmax")])
    make = probabilities if activation is None else logits
    target = labels(rng, max(classes, 2), (samples, height, width), ignored)
    prediction = make(rng, samples, classes, height, width)
    if distinct:
        # At a tie of two neighbours there is no one gradient.
        ranks = np.arange(1, prediction.size + 1) / (prediction.size + 1)
        prediction = rng.permuted(ranks**1.37).reshape(prediction.shape)
        prediction = prediction if activation is None else prediction * 4 - 2
    return prediction, target, activation


# --- MONAI -----------------------------------------------------------------------------------------------------------


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

# --- segmentation-models-pytorch, kornia, torch ----------------------------------------------------------------------


def smp(name, args, **how):
    def draw(chance, rng):
        import segmentation_models_pytorch.losses as library

        ignored = 255 if "ignore_index" in args and chance.random() < 0.3 else None
        prediction, target, activation = maps(chance, rng, ignored=ignored, **how)
        classes = prediction.shape[1]
        params = pick(
            chance,
            **{key: values for key, values in args.items() if key not in ("ignore_index", "from_logits")},
        )
        if ignored is not None:
            params["ignore_index"] = 255
        if activation is None:
            params["from_logits"] = False
        if name == "SoftCrossEntropyLoss":
            params.setdefault("smooth_factor", 0.0)
        mode = (
            {}
            if name.startswith("Soft") or name == "MCCLoss"
            else {"mode": "binary" if classes == 1 else "multiclass"}
        )

        def call(x, t):
            made = getattr(library, name)(**mode, **params)
            if name == "LovaszLoss":
                return made(x.float(), t)
            return made(x, t.unsqueeze(1).to(x) if classes == 1 else t)

        layout = "N1HW" if classes == 1 else "NCHW"
        domain = "probs" if activation is None else "logits"
        return torch_case(call, prediction, target, params, layout, domain, gradient=name != "LovaszLoss")

    return draw


SMP_OVERLAP = {"log_loss": [True], "smooth": [0.0, 0.5], "ignore_index": [255], "from_logits": []}
SMP = [
    ("dice_loss", "DiceLoss", SMP_OVERLAP, {}),
    ("jaccard_loss", "JaccardLoss", SMP_OVERLAP, {}),
    (
        "tversky_loss",
        "TverskyLoss",
        {**SMP_OVERLAP, "alpha": [0.3, 0.7], "beta": [0.3, 0.7], "gamma": [1.0, 1.5]},
        {},
    ),
    (
        "focal_loss",
        "FocalLoss",
        {
            "alpha": [0.25],
            "gamma": [0.5, 2.0, 3.0],
            "ignore_index": [255],
            "normalized": [True],
            "reduced_threshold": [0.5],
            "reduction": ["mean", "sum"],
            "from_logits": [],
        },
        {},
    ),
    (
        "bce_logits",
        "SoftBCEWithLogitsLoss",
        {"smooth_factor": [0.1], "ignore_index": [255]},
        {"activations": ("sigmoid",), "several": False},
    ),
    (
        "cross_entropy",
        "SoftCrossEntropyLoss",
        {"smooth_factor": [0.0, 0.1], "ignore_index": [255]},
        {"activations": ("softmax",), "single": False},
    ),
    (
        "lovasz_loss",
        "LovaszLoss",
        {"per_image": [True], "ignore_index": [255]},
        {"activations": ("sigmoid", "softmax")},
    ),
]


def kornia(name, args):
    def draw(chance, rng):
        import kornia.losses
        import torch

        ignored = 255 if chance.random() < 0.3 else None
        prediction, target, _ = maps(chance, rng, activations=("softmax",), ignored=ignored, single=False)
        params = pick(chance, **args)
        if ignored is not None:
            params["ignore_index"] = 255
        if (
            name != "tversky_loss"
            and chance.random() < 0.3
            and (name == "focal_loss" or params.get("average") == "macro")
        ):
            params["weight"] = [float(one) for one in rng.integers(1, 9, prediction.shape[1]) / 4]
        if name == "tversky_loss":
            params = {"alpha": 0.5, "beta": 0.5, **params}

        def call(x, t):
            weight = {"weight": torch.tensor(params["weight"], dtype=x.dtype)} if "weight" in params else {}
            return getattr(kornia.losses, name)(
                x, t, **{**({"alpha": None} if name == "focal_loss" else {}), **params, **weight}
            )

        return torch_case(call, prediction, target, params, "NCHW", "logits")

    return draw


KORNIA = [
    ("dice_loss", {"average": ["micro", "macro"]}),
    ("tversky_loss", {"alpha": [0.3, 0.7], "beta": [0.3, 0.7]}),
    ("focal_loss", {"alpha": [0.25, 0.7], "gamma": [0.0, 1.0, 2.0], "reduction": ["mean", "sum", "none"]}),
]


def torch_loss(name, args, activation):
    def draw(chance, rng):
        import torch.nn.functional

        several = name == "cross_entropy"
        ignored = 255 if several and chance.random() < 0.3 else None
        samples, height, width = shape(rng)
        classes = chance.choice([2, 3, 4]) if several else 1
        prediction = (logits if activation else probabilities)(rng, samples, classes, height, width)
        target = labels(rng, max(classes, 2), (samples, height, width), ignored)
        params = pick(chance, **args)
        if ignored is not None:
            params["ignore_index"] = 255
        call = lambda x, t: getattr(torch.nn.functional, name)(
            x, t if several else t.unsqueeze(1).to(x), **params
        )
        return torch_case(
            call,
            prediction,
            target,
            params,
            "NCHW" if several else "N1HW",
            "logits" if activation else "probs",
        )

    return draw


TORCH = [
    ("bce", "binary_cross_entropy", {"reduction": REDUCTION}, None),
    ("bce_logits", "binary_cross_entropy_with_logits", {"reduction": REDUCTION}, "sigmoid"),
    ("cross_entropy", "cross_entropy", {"reduction": REDUCTION, "label_smoothing": [0.1, 0.5]}, "softmax"),
]


def available():
    found = []
    version = version_of("monai")
    if version:
        for name, callable_, args, how, precision in MONAI:
            found.append(
                Op(
                    "monai",
                    name,
                    f"monai.losses.{callable_}",
                    monai(callable_, args, **how),
                    precision,
                    version,
                )
            )
    version = version_of("segmentation_models_pytorch", "segmentation-models-pytorch")
    if version:
        for name, callable_, args, how in SMP:
            precision = "float32" if name == "lovasz_loss" else "float64"
            call = f"segmentation_models_pytorch.losses.{callable_}"
            found.append(Op("smp", name, call, smp(callable_, args, **how), precision, version))
    version = version_of("kornia")
    if version:
        for name, args in KORNIA:
            found.append(Op("kornia", name, f"kornia.losses.{name}", kornia(name, args), "float64", version))
    version = version_of("torch")
    if version:
        for name, callable_, args, activation in TORCH:
            call = f"torch.nn.functional.{callable_}"
            found.append(Op("torch", name, call, torch_loss(callable_, args, activation), "float64", version))
    return found
