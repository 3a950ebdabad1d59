#!/usr/bin/env python3
"""Measures `kith lab duplicates` against Splink (PyPI, DuckDB) on the same invented books, and writes docs/bench-same.md.

The books are those of invent_contacts.py, with the seed that no weights were made from. Splink runs unsupervised, about as
its own examples set it up, in an environment of its own outside the checkout; it gets the columns as Kith gets them, with
e-mail and phone each in their first column. Both run on one processor core (sched_setaffinity). Wall time, processor time and
the largest resident set are the kernel's (wait4(2)). Precision, recall and F1 are of pairs within groups.

usage: scripts/bench_same.py
  KITH_BIN=FILE       the binary; default: a release build of this checkout
  KITH_SPLINK=DIR     the environment of Splink; default ~/.cache/kith/splink, made if it is not there
  BENCH_SIZES=10000,100000   BENCH_RUNS=3   BENCH_WRITE=0  no docs/bench-same.md
"""
import collections
import csv
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import invent_contacts
from kithrun import ROOT, Failure, binary

SPLINK = "splink==4.0.17"
MOST_SECONDS, MOST_RESIDENT = 10.0, 500.0

RUN_SPLINK = '''
import sys, pandas, splink.comparison_library as c
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
book = pandas.read_csv(sys.argv[1], dtype=str).rename(columns={"id": "unique_id"})
book["both_names"] = (book["given"] + " " + book["family"])
settings = SettingsCreator(link_type="dedupe_only", comparisons=[
    c.ForenameSurnameComparison("given", "family", forename_surname_concat_col_name="both_names"), c.EmailComparison("email"),
    c.ExactMatch("phone"), c.JaroWinklerAtThresholds("organisation"), c.LevenshteinAtThresholds("street"),
    c.ExactMatch("postcode").configure(term_frequency_adjustments=True), c.LevenshteinAtThresholds("birthday")],
    blocking_rules_to_generate_predictions=[
        block_on("given", "family"), block_on("email"), block_on("phone"), block_on("family", "postcode"),
        block_on("given", "birthday"), block_on("family", "birthday"), block_on("family", "substr(given, 1, 1)")])
linker = Linker(book, settings, DuckDBAPI())
linker.training.estimate_probability_two_random_records_match(
    [block_on("email"), block_on("given", "family", "postcode")], recall=0.6)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
for rule in (block_on("given", "family"), block_on("email")):
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
pairs = linker.inference.predict(threshold_match_probability=0.5)
for threshold in (0.5, 0.9, 0.95, 0.99):
    groups = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold).as_pandas_dataframe()
    groups[["unique_id", "cluster_id"]].to_csv(f"{sys.argv[2]}.{threshold}", index=False)
'''


def measured(command, out=None, core=0):
    """Runs a command on one core: seconds, processor seconds, megabytes."""
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=out or subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    error = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failure(f"{command[0]} ended with {process.returncode}: {error.decode(errors='replace')[-800:]}")
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def scores(groups, truth):
    """Precision, recall and F1 of the pairs within groups."""
    def pairs(counts):
        return sum(count * (count - 1) // 2 for count in counts)
    right = pairs(collections.Counter((groups[row], truth[row]) for row in truth).values())
    made, true = pairs(collections.Counter(groups.values()).values()), pairs(collections.Counter(truth.values()).values())
    precision, recall = right / max(made, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def automatic(program, book, truth):
    """How many pairs Kith would unite unasked, and the share of them that is right."""
    out = subprocess.run([program, "--json", "lab", "duplicates", book, "--id", "id", "--least", "0.99"], check=True,
                         capture_output=True, text=True).stdout
    sure = [pair for pair in map(json.loads, out.splitlines()) if pair["automatic"]]
    return len(sure), sum(truth[pair["a"]] == truth[pair["b"]] for pair in sure) / max(len(sure), 1)


def splink(folder):
    """The Python that has Splink; made where it is missing."""
    place = pathlib.Path(os.environ.get("KITH_SPLINK", pathlib.Path.home() / ".cache/kith/splink"))
    if not (place / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin/python"
    if subprocess.run([python, "-c", "import splink"], capture_output=True).returncode:
        subprocess.run([place / "bin/pip", "install", "-q", SPLINK], check=True)
    (folder / "run_splink.py").write_text(RUN_SPLINK)
    return python


def of(size, program, folder, runs, python):
    """The rows of one size: Kith's, and Splink's at the best of four thresholds."""
    book, found = folder / f"book-{size}.csv", folder / f"found-{size}"
    with open(book, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, invent_contacts.COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(invent_contacts.rows(size, 11)):
            writer.writerow(dict(row, id=number))
    with open(book, encoding="utf-8", newline="") as rows:
        truth = {row["id"]: row["person"] for row in csv.DictReader(rows)}
    # The truth is no column to compare by.
    plain = folder / f"plain-{size}.csv"
    with open(book, encoding="utf-8", newline="") as rows, open(plain, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [name for name in invent_contacts.COLUMNS if name != "person"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(csv.DictReader(rows))
    ours, theirs, best = [], [], None
    for _ in range(runs):
        with open(found, "wb") as out:
            ours.append(measured([program, "--json", "lab", "duplicates", plain, "--id", "id", "--clusters"], out))
        theirs.append(measured([python, folder / "run_splink.py", plain, found]))
    groups = {row["id"]: row["cluster"] for row in map(json.loads, open(found, encoding="utf-8"))}
    for threshold in (0.5, 0.9, 0.95, 0.99):
        with open(f"{found}.{threshold}", encoding="utf-8", newline="") as rows:
            score = scores({row["unique_id"]: row["cluster_id"] for row in csv.DictReader(rows)}, truth)
        if best is None or score[2] > best[2]:
            best = score
    return {"size": size, "kith": scores(groups, truth), "splink": best, "ours": ours, "theirs": theirs,
            "automatic": automatic(program, plain, truth)}


def line(who, size, score, runs):
    seconds, used, held = (statistics.median(run[part] for run in runs) for part in range(3))
    return (f"| {size:,} | {who} | {score[0]:.3f} | {score[1]:.3f} | **{score[2]:.3f}** | {seconds:.1f} | {used:.1f} | "
            f"{held:.0f} |")


def page(results, commit):
    rows = [row for result in results for row in (
        line("Kith", result["size"], result["kith"], result["ours"]),
        line("Splink, best of four thresholds", result["size"], result["splink"], result["theirs"]))]
    sure = "\n".join(f"* {result['size']:,} contacts: {result['automatic'][0]:,} pairs are united unasked, "
                     f"{result['automatic'][1]:.4f} of them right." for result in results)
    return f"""# Bench: who is the same

Made by `make bench` (bench_same.py says how). Invented books with known truth; one core; medians of {len(results[0]['ours'])} runs.

{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()} · {SPLINK.replace('==', ' ')} · commit {commit} · {datetime.date.today()}

| contacts | by | precision | recall | F1 | s | CPU s | MB |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

{sure}

At 100,000 contacts Kith may take {MOST_SECONDS:.0f} s of a core and {MOST_RESIDENT:.0f} MB.
"""


def main():
    program, failed = binary("release"), []
    runs = int(os.environ.get("BENCH_RUNS", "3"))
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000").split(",")]
    with tempfile.TemporaryDirectory(prefix="kith-same-") as folder:
        folder = pathlib.Path(folder)
        python = splink(folder)
        results = [of(size, program, folder, runs, python) for size in sizes]
    for result in results:
        # Seconds of the core: who else is at work on the machine does not count.
        seconds, held = (statistics.median(run[part] for run in result["ours"]) for part in (1, 2))
        if result["size"] == 100_000 and (seconds > MOST_SECONDS or held > MOST_RESIDENT):
            failed.append(f"100,000 contacts took {seconds:.1f} s of a core and {held:.0f} MB")
        if result["kith"][2] < result["splink"][2]:
            failed.append(f"at {result['size']:,} contacts Splink is better")
        if result["automatic"][1] < 0.998:
            failed.append(f"at {result['size']:,} contacts {result['automatic'][1]:.4f} of the automatic pairs are right")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    text = page(results, commit)
    print(text)
    if os.environ.get("BENCH_WRITE", "1") != "0":
        (ROOT / "docs/bench-same.md").write_text(text)
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(str(failure))
