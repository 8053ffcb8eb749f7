"""Random inputs, and what an operation of a library is."""

import dataclasses
import importlib
import importlib.metadata
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass
class Op:
    library: str
    name: str
    call: str
    draw: Callable
    precision: str = "float64"
    version: str = ""


def version_of(*names):
    """The version of the first that is installed as a package; None where it cannot be imported."""
    try:
        importlib.import_module(names[0])
    except ImportError:
        return None
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "of no package"


def shape(rng, least=1):
    return int(rng.integers(1, 4)), int(rng.integers(least, 6)), int(rng.integers(least, 7))


def labels(rng, classes, size, ignored=None):
    """Labels of every class, or of few; with an ignored one sometimes."""
    kind = rng.random()
    few = classes if kind < 0.6 else max(1, classes - 1) if kind < 0.85 else 1
    found = rng.integers(0, few, size)
    if kind > 0.92:
        found[:] = rng.integers(0, classes)
    if ignored is not None:
        found = np.where(rng.random(size) < 0.25, ignored, found)
    return found


def logits(rng, samples, classes, height, width):
    """In steps of 1/16, so that JSON keeps them."""
    return np.round(rng.normal(0, 2, (samples, classes, height, width)) * 16) / 16


def probabilities(rng, samples, classes, height, width):
    """In steps of 1/64; some are 0 and 1."""
    found = rng.integers(1, 64, (samples, classes, height, width)) / 64
    edge = rng.random(found.shape)
    return np.where(edge < 0.05, 0.0, np.where(edge > 0.95, 1.0, found))


def blobs(rng, size):
    """A mask: noise, or boxes; empty and full ones among them."""
    kind = rng.random()
    if kind < 0.06:
        return np.zeros(size, bool)
    if kind < 0.09:
        return np.ones(size, bool)
    if kind < 0.5:
        return rng.random(size) < rng.uniform(0.1, 0.9)
    found = np.zeros(size, bool)
    for _ in range(rng.integers(1, 4)):
        low = [rng.integers(0, axis) for axis in size]
        high = [rng.integers(start, axis) + 1 for start, axis in zip(low, size)]
        found[tuple(slice(start, end) for start, end in zip(low, high))] = True
    return found


def pick(chance, **choices):
    """Some of the arguments, each with one of its values."""
    return {
        name: chance.choice(values) for name, values in choices.items() if values and chance.random() < 0.5
    }


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
