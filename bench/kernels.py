"""Peers in Python for bench/kernels.ts, which talks to it over standard input: see there for the commands."""
import sys
import time

import numpy as np

# Some libraries print while they are imported.
answers, sys.stdout = sys.stdout, sys.stderr


def optional(name):
    try:
        return __import__(name)
    except ImportError:
        return None


cv2, torch, sklearn, monai, torchmetrics = map(optional, ("cv2", "torch", "sklearn", "monai", "torchmetrics"))
if sklearn:
    import sklearn.metrics
if torch:
    torch.set_num_threads(1)
if cv2:
    cv2.setNumThreads(1)


def numpy_bincount(p, l):
    return np.bincount(l.astype(np.int64) * C + p, minlength=C * C)


def numpy_bool(p, l):
    p, l = p.view(bool), l.view(bool)
    both = np.count_nonzero(p & l)
    predicted, labelled = np.count_nonzero(p), np.count_nonzero(l)
    return [p.size - predicted - labelled + both, predicted - both, labelled - both, both]


def opencv(p, l):
    return cv2.calcHist([l.reshape(1, -1), p.reshape(1, -1)], [0, 1], None, [C, C], [0, C, 0, C])


def scikit_learn(p, l):
    return sklearn.metrics.confusion_matrix(l, p, labels=range(C))


def torch_bincount(p, l):
    return torch.bincount(torch.from_numpy(l).long() * C + torch.from_numpy(p), minlength=C * C)


def torchmetrics_confusion(p, l):
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    return multiclass_confusion_matrix(torch.from_numpy(p), torch.from_numpy(l).long(), C)


def monai_confusion(p, l):
    from monai.metrics import get_confusion_matrix

    one_hot = [torch.nn.functional.one_hot(torch.from_numpy(m).long(), C).T[None].float() for m in (p, l)]
    return get_confusion_matrix(*one_hot)


def numpy_soft(p, l):
    # Of what users write the fastest here: against a mask a class, without a one-hot array.
    out = np.empty((C, 3))
    for c in range(C):
        g = l == c
        out[c] = p[c].sum(), np.dot(p[c], g.astype(np.float32)), np.count_nonzero(g)
    return out


def numpy_gradient(p, l):
    for c in range(C):
        np.multiply(l == c, np.float32(-0.5), out=gradient[c])
        gradient[c] += np.float32(0.25 * c)


def torch_soft(p, l):
    t = torch.from_numpy(p)
    g = torch.nn.functional.one_hot(torch.from_numpy(l).long(), C).T.float()
    return torch.stack([t.sum(1), (t * g).sum(1), g.sum(1)], 1)


CONTENDERS = {
    "numpy_bincount": numpy_bincount,
    "numpy_bool": numpy_bool,
    "opencv": cv2 and opencv,
    "scikit_learn": sklearn and scikit_learn,
    "torch": torch and torch_bincount,
    "torchmetrics": torchmetrics and torchmetrics_confusion,
    "monai": monai and monai_confusion,
    "numpy_soft": numpy_soft,
    "torch_soft": torch and torch_soft,
    "numpy_gradient": numpy_gradient,
}

frames = []
for line in sys.stdin:
    command, *rest = line.split()
    if command == "load":
        file, pixels, C, count, soft = rest[0], *map(int, rest[1:])
        bytes_ = pixels * (4 * C + 1 if soft else 2)
        frames = []
        for frame in np.fromfile(file, np.uint8).reshape(count, bytes_):
            p = frame[:-pixels].copy()
            frames.append((p.view(np.float32).reshape(C, pixels) if soft else p, frame[-pixels:].copy()))
        gradient = np.empty((C, pixels), np.float32) if soft else None
        print("ready", file=answers, flush=True)
    elif command == "result":
        function = CONTENDERS[rest[0]]
        if not function or (rest[0] == "numpy_bool" and C != 2):
            print("none", file=answers, flush=True)
            continue
        p, l = frames[int(rest[1])]
        result = function(p, l)
        if rest[0] == "numpy_gradient":
            result = gradient.sum(1, dtype=np.float64)
        if rest[0] == "monai":  # true positives, false positives, true negatives, false negatives a class
            result = result[0, :, (0, 1, 3)]
        if torch and isinstance(result, torch.Tensor):
            result = result.numpy()
        print(*(repr(float(x)) for x in np.asarray(result).ravel()), file=answers, flush=True)
    elif command == "time":
        function, first, count = CONTENDERS[rest[0]], int(rest[1]), int(rest[2])
        start = time.process_time_ns()
        for i in range(count):
            function(*frames[(first + i) % len(frames)])
        print(time.process_time_ns() - start, file=answers, flush=True)
