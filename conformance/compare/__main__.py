"""Random cases of installed libraries against the public functions.

    python conformance/compare --cases 10000 --seed 7

Each library that can be imported computes its values, and its gradients, of random inputs and options; the conformance
program answers the same cases, and no difference may be left but those of explained.py. A case has a seed of its own,
which is printed when it differs: `--only SEED` makes that case again.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import warnings

import count_metrics
import monai_losses
import monai_metrics
import numpy as np
import other_losses
import surface_metrics
from explained import EXPLAINED

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
TOLERANCES = {"float64": {"rtol": 1e-8, "atol": 1e-10}, "float32": {"rtol": 5e-5, "atol": 5e-6}}


def plain(value):
    """Numbers as JSON has them."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if hasattr(value, "detach"):
        return plain(value.detach().cpu().numpy())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    value = float(value)
    if value != value:
        return "NaN"
    return value if abs(value) != float("inf") else "Infinity" if value > 0 else "-Infinity"


def make(op, seed):
    """One case, or nothing where the library does not take what was drawn."""
    case = op.draw(random.Random(seed), np.random.default_rng(seed))
    raw = {
        "id": f"{op.library} {op.name} seed {seed}",
        "library": op.library,
        "op": op.name,
        "call": case.get("call", op.call),
        "params": case["params"],
        "domain": case["domain"],
        "layout": case["layout"],
        "inputs": {
            "pred": plain(case["prediction"]),
            "target": plain(case["target"]),
            "classes": case["classes"],
        },
        "precision": case.get("precision", op.precision),
    }
    try:
        raw["expected"] = plain(case["run"]())
        if "gradient" in case:
            raw["grad"] = plain(case["gradient"]())
    except Exception as error:  # noqa: BLE001 - what the library refuses has to be refused here
        raw.pop("expected", None)
        raw["raises"] = f"{type(error).__name__}: {error}"[:200]
    return raw


def replay(cases):
    """Failures by id, and the closing counts."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "cases.json")
        path.write_text(json.dumps({"schema": 1, "tolerances": TOLERANCES, "cases": cases}))
        command = [ROOT / "node_modules/.bin/tsx", ROOT / "conformance/main.ts", path, "--verbose"]
        output = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) passed, (\d+) failed, (\d+) skipped", output.stdout)
    if not found:
        sys.exit(f"the conformance program ended with {output.returncode}:\n{output.stdout}{output.stderr}")
    failures = re.findall(r"^failed: (.+? seed \d+): (.*)$", output.stdout, re.M)
    skipped = re.findall(r"^(not supported|not reproduced): (.*) \((\d+)\)$", output.stdout, re.M)
    return dict(failures), [int(one) for one in found.groups()], skipped


def reason_of(raw, why):
    for library, op, holds, reason, source in EXPLAINED:
        if raw["library"] == library and re.fullmatch(op, raw["op"]) and holds(raw, why):
            return f"{reason} ({source})"
    return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--library", help="only this one")
    parser.add_argument("--op", help="only this one")
    parser.add_argument("--only", type=int, help="the one case of this seed; with --library and --op")
    options = parser.parse_args()
    parts = (monai_losses, other_losses, count_metrics, monai_metrics, surface_metrics)
    available = [op for part in parts for op in part.available()]
    ops = [op for op in available if options.library in (None, op.library) and options.op in (None, op.name)]
    if not ops:
        sys.exit("no library to compare with can be imported")
    for name, version in sorted({op.library: op.version for op in ops}.items()):
        print(f"{name:18}{version}")
    print(
        f"seed {options.seed}: {options.cases} cases, each with the seed {options.seed} + its number",
        flush=True,
    )
    seeds = [options.only] if options.only is not None else range(options.seed, options.seed + options.cases)
    total, reasons, rows, unexplained = [0, 0, 0], collections.Counter(), collections.Counter(), []
    batch = []
    for number, seed in enumerate(seeds):
        raw = make(ops[number % len(ops)], seed)
        rows[(raw["library"], raw["op"])] += 1
        batch.append(raw)
        if len(batch) < 1000 and seed != seeds[-1]:
            continue
        failures, counts, skipped = replay(batch)
        total = [one + other for one, other in zip(total, counts)]
        for kind, what, count in skipped:
            reasons[f"{kind}: {what}"] += int(count)
        for raw in batch:
            if raw["id"] in failures:
                reason = reason_of(raw, failures[raw["id"]])
                if reason:
                    reasons[f"explained: {raw['library']} {raw['op']}: {reason}"] += 1
                else:
                    unexplained.append(f"{raw['id']} {json.dumps(raw['params'])}: {failures[raw['id']]}")
        batch = []
        print(
            f"{number + 1} cases: {total[0]} agree, {len(unexplained)} unexplained",
            file=sys.stderr,
            flush=True,
        )
    for (library, op), count in sorted(rows.items()):
        print(f"{library:18}{op:34}{count:6}")
    for reason, count in reasons.most_common():
        print(f"{reason} ({count})")
    for line in unexplained:
        print(f"unexplained: {line}")
    passed, failed, skipped = total
    print(
        f"{passed} agree, {failed - len(unexplained)} explained, {skipped} skipped, {len(unexplained)} unexplained"
    )
    sys.exit(1 if unexplained else 0)


main()
