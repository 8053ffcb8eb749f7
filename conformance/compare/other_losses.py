"""Losses of segmentation-models-pytorch, kornia and torch, with gradients."""

from draw import Op, labels, logits, maps, pick, probabilities, shape, torch_case, version_of

REDUCTION = ["mean", "sum", "none"]


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
