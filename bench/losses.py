"""Peers in Python for bench/losses.ts, which talks to it over standard input as bench/kernels.ts does to kernels.py.

`load FILE WIDTH HEIGHT CLASSES FRAMES` reads frames: float32 logits by class, the label, the prediction's classes.
Times are of the processor. torch works on every core that this process may use: its time is divided by their number, as if
it shared its work out evenly and never waited.
"""
import os
import sys
import time

import numpy as np

answers, sys.stdout = sys.stdout, sys.stderr


def optional(name):
    try:
        return __import__(name, fromlist=["_"])
    except ImportError:
        return None


torch, ndimage = map(optional, ("torch", "scipy.ndimage"))
CORES = len(os.sched_getaffinity(0))
if torch:
    torch.set_num_threads(CORES)


def sums(value, gradient):
    return [float(value), *(float(np.abs(g).sum(dtype=np.float64)) for g in gradient)]


def softmax(x):
    e = np.exp(x - x.max(0))
    e /= e.sum(0)
    return e


def numpy_dice(x, l, _):
    p = softmax(x)
    score, slopes = 0.0, np.empty((C, 2), np.float32)
    for c in range(C):
        g = l == c
        both, whole = p[c].sum(where=g, dtype=np.float64), p[c].sum(dtype=np.float64) + np.count_nonzero(g)
        score += 2 * both / whole / C
        slopes[c] = -2 / whole / C, 2 * both / whole**2 / C
    d = slopes[:, 1][:, None] + slopes[:, 0][:, None] * (l == np.arange(C)[:, None])
    return 1 - score, p * (d - (p * d).sum(0))


def numpy_cross_entropy(x, l, _):
    top = x.max(0)
    e = np.exp(x - top)
    total = e.sum(0)
    at = np.arange(l.size)
    value = (np.log(total) + top - x[l, at]).mean(dtype=np.float64)
    e /= total
    e[l, at] -= 1
    e /= l.size
    return value, e


def numpy_lovasz(x, l, _):
    p = softmax(x)
    g, value, present = np.zeros_like(p), 0.0, 0
    for c in range(C):
        t = (l == c).astype(np.float32)
        total = t.sum(dtype=np.float64)
        if total == 0:
            continue
        errors = np.abs(t - p[c])
        order = np.argsort(-errors, kind="stable")
        found = np.cumsum(t[order], dtype=np.float64)
        jaccard = 1 - (total - found) / (total + np.arange(1, l.size + 1) - found)
        jaccard[1:] -= jaccard[:-1].copy()
        value += float(errors[order] @ jaccard)
        g[c, order] = np.sign(p[c][order] - t[order]) * jaccard
        present += 1
    g /= present
    return value / present, p * (g - (p * g).sum(0))


def by_torch(loss):
    def run(x, l, _):
        logits = torch.from_numpy(x)[None].requires_grad_()
        value = loss(logits, torch.from_numpy(l)[None].long())
        value.backward()
        return value.item(), logits.grad[0].numpy()

    return run


def torch_dice(logits, labels):
    p = logits.softmax(1)
    g = torch.nn.functional.one_hot(labels, C).movedim(-1, 1).float()
    return (1 - 2 * (p * g).sum((0, 2)) / (p.sum((0, 2)) + g.sum((0, 2)))).mean()


def torch_cross_entropy(logits, labels):
    return torch.nn.functional.cross_entropy(logits, labels)


def torch_lovasz(logits, labels):
    # As its author's code computes it, class by class.
    p, l = logits.softmax(1)[0], labels[0]
    losses = []
    for c in range(C):
        t = (l == c).float()
        if t.sum() == 0:
            continue
        errors, order = torch.sort((t - p[c]).abs(), 0, descending=True)
        t = t[order]
        total = t.sum()
        jaccard = 1 - (total - t.cumsum(0)) / (total + (1 - t).cumsum(0))
        jaccard = torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])
        losses.append(torch.dot(errors, jaccard))
    return torch.stack(losses).mean()


def scipy_hausdorff(_, l, p):
    a, b = p.reshape(H, W) == 1, l.reshape(H, W) == 1
    either = a | b
    rows, columns = np.flatnonzero(either.any(1)), np.flatnonzero(either.any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    a, b = (ndimage.binary_erosion(m[box]) ^ m[box] for m in (a, b))
    distances = [ndimage.distance_transform_edt(~m) for m in (a, b)]
    return max(distances[0][b].max(), distances[1][a].max()), ()


CONTENDERS = {
    ("softmax_dice", "numpy"): numpy_dice,
    ("cross_entropy", "numpy"): numpy_cross_entropy,
    ("lovasz", "numpy"): numpy_lovasz,
    ("softmax_dice", "torch"): torch and by_torch(torch_dice),
    ("cross_entropy", "torch"): torch and by_torch(torch_cross_entropy),
    ("lovasz", "torch"): torch and by_torch(torch_lovasz),
    ("hausdorff", "scipy"): ndimage and scipy_hausdorff,
}

frames = []
for line in sys.stdin:
    command, *rest = line.split()
    if command == "load":
        W, H, C, count = map(int, rest[1:])
        pixels = W * H
        frames = []
        for frame in np.fromfile(rest[0], np.uint8).reshape(count, pixels * (4 * C + 2)):
            x = frame[: 4 * C * pixels].copy().view(np.float32).reshape(C, pixels)
            frames.append((x, frame[-2 * pixels : -pixels].copy(), frame[-pixels:].copy()))
        print("ready", file=answers, flush=True)
        continue
    loss, name = rest[0].split(":")
    function = CONTENDERS.get((loss, name))
    if command == "result":
        found = sums(*function(*frames[int(rest[1])])) if function else None
        print(*(map(repr, found) if found else ["none"]), file=answers, flush=True)
    elif command == "time":
        first, count = int(rest[1]), int(rest[2])
        start = time.process_time_ns()
        for i in range(count):
            function(*frames[(first + i) % len(frames)])
        taken = time.process_time_ns() - start
        print(taken / (CORES if name == "torch" else 1), file=answers, flush=True)
