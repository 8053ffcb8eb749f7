"""Metrics of DeepMind's surface-distance, and Metrics Reloaded."""

import types

import numpy as np
from draw import Op, blobs, of_labels, version_of


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
