#!/usr/bin/env python3
"""Kills `kith` at every call that changes a file, runs it again, and expects what an undisturbed run leaves.

Two runs are disturbed: the import of 500 invented mails, and the delivery of 60 people into a folder that serves as
CRM. At each point N a fresh copy of the state before is taken, the run is killed (SIGKILL) just before its N-th call of
write, pwrite, fsync, fdatasync, rename, unlink, ftruncate and their kin (scripts/killat.c counts them over all threads),
and then run again to its end. Then must be equal: the logical digest, the completeness ledger, the CRM folder, the sizes
of the sealed files. The ledger must verify, the doctor be content, the databases be intact, and nothing left to do.

usage: scripts/crash.sh [import|deliver …]
  CRASH_SAMPLE=60   so many points, drawn with CRASH_SEED (printed), instead of all
  CRASH_WORKERS=2   so many at once
  CRASH_FOLDER=DIR  where the copies lie; default a temporary folder. What failed is kept there
  KITH_BIN=FILE     the binary; default: built here
"""
import concurrent.futures
import json
import os
import pathlib
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time

import invent
from kithrun import ROOT, Failure, Kith, binary, copy, crm

MAILS, PEOPLE = 500, 60


class Stage:
    """One worker's folders: the state before, and the copy that is disturbed; both keep their paths."""

    def __init__(self, number, work, program, killer, maildir):
        self.name, self.killer, self.maildir = f"worker {number}", killer, maildir
        self.folder = work / f"worker-{number}"
        self.kith = Kith(program, self.folder / "house")
        self.crm = self.folder / "house" / "crm"
        self.bases, self.wanted = {}, {}

    def words(self, run):
        return self.kith.import_words(self.maildir) if run == "import" else ["sync", "--deliver"]

    def prepare(self, runs):
        self.kith.folder.mkdir(parents=True)
        self.kith.add_account()
        self.keep("import")
        if "deliver" in runs:
            self.kith.run(*self.words("import"))
            self.kith.add_folder(self.crm)
            self.keep("deliver")

    def keep(self, run):
        self.bases[run] = self.folder / f"before-{run}"
        copy(self.kith.folder, self.bases[run])

    def start(self, run):
        copy(self.bases[run], self.kith.folder)

    def disturbed(self, run, point):
        """Runs up to the point; gives what killat counted."""
        counts = self.folder / "counts.json"
        counts.unlink(missing_ok=True)
        watched = f"{self.kith.data}:{self.crm}:{self.kith.key}"
        done = self.kith.run(*self.words(run), before=[self.killer, point, watched, counts], expect=None)
        if not counts.exists():
            raise Failure(f"killat failed: {done.stderr.strip()[-300:]}")
        counted = json.loads(counts.read_text())
        if not counted["killed"] and done.returncode != 0:
            raise Failure(f"the run ended with {done.returncode} by itself: {done.stderr.strip()[-300:]}")
        return counted

    def outcome(self, run):
        """Everything in which a run that was cut off must equal one that was not."""
        self.kith.check_health()
        found = {"digest": self.kith.logical_digest(), "held": self.kith.held(), "sealed files": self.kith.files()}
        if run == "import":
            found["mails found"] = len(self.kith.lines("search", '"standingword"', "--limit", "100000"))
        else:
            found["crm"] = crm(self.crm)
            again = self.kith.value("sync", "--deliver")
            if again["created"] + again["updated"] + again["conflicts"] + again["failed"] != 0:
                raise Failure(f"delivering again still changes something: {again}")
            if crm(self.crm) != found["crm"]:
                raise Failure("delivering again changed the folder")
        return found

    def undisturbed(self, run):
        self.start(run)
        counted = self.disturbed(run, 0)
        self.wanted[run] = self.outcome(run)
        people = sum(1 for name in self.wanted[run].get("crm", {}) if name.endswith(".vcf"))
        if run == "deliver" and people != PEOPLE:
            raise Failure(f"{people} people were delivered, not {PEOPLE}")
        return counted

    def point(self, run, point):
        """Kills at the point and runs again; gives whether it was killed at all. A `Failure` says what differs."""
        self.start(run)
        counted = self.disturbed(run, point)
        self.kith.run(*self.words(run))
        found = self.outcome(run)
        for what, wanted in self.wanted[run].items():
            if found[what] != wanted:
                raise Failure(f"another {what} than that of an undisturbed run: {difference(wanted, found[what])}")
        return counted["killed"]


def difference(wanted, found):
    """Where two outcomes differ, without their content."""
    if isinstance(wanted, dict):
        keys = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
        missing, extra = sum(key not in found for key in keys), sum(key not in wanted for key in keys)
        return f"{missing} missing, {extra} extra, {len(keys) - missing - extra} changed"
    if isinstance(wanted, list):
        return f"{len(wanted)} wanted, {len(found)} found"
    return f"{wanted} wanted, {found} found"


def compile_killer(work):
    killer = work / "killat"
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise Failure("no C compiler: apt-get install gcc")
    subprocess.run([compiler, "-O2", "-o", killer, ROOT / "scripts/killat.c"], check=True)
    if subprocess.run([killer, "0", str(work), work / "probe.json", "true"]).returncode != 0:
        raise Failure("a process cannot be traced here: ptrace and seccomp must be allowed")
    return killer


def chosen(total, sample, seed):
    if not sample or sample >= total:
        return list(range(1, total + 1))
    return sorted(random.Random(seed).sample(range(1, total + 1), sample))


def disturb(run, stages, sample, seed, keep):
    """All points of a run, or the sample; gives how many held and how many did not."""
    counts = [stage.undisturbed(run) for stage in stages]
    total = max(counted["calls"] for counted in counts)
    points = chosen(total, sample, seed)
    kinds = ", ".join(f"{value} {key}" for key, value in counts[0].items() if key not in ("killed", "calls"))
    print(f"{run}: {total} points ({kinds}); {len(points)} are tried", flush=True)
    free, passed, failed, late, begun = queue.SimpleQueue(), 0, 0, 0, time.monotonic()
    for stage in stages:
        free.put(stage)

    def attempt(point):
        stage = free.get()
        try:
            return point, stage.point(run, point), None
        except (Failure, OSError, ValueError, KeyError, IndexError) as error:
            copy(stage.kith.folder, keep / f"{run}-{point}")
            return point, True, str(error) or type(error).__name__
        finally:
            free.put(stage)

    with concurrent.futures.ThreadPoolExecutor(len(stages)) as pool:
        for done, (point, killed, trouble) in enumerate(pool.map(attempt, points), 1):
            late += not killed
            passed += trouble is None
            failed += trouble is not None
            if trouble:
                print(f"FAILED {run} killed at {point}: {trouble}", flush=True)
            if done % 200 == 0:
                print(f"{run}: {done} of {len(points)} points, {failed} failed, {time.monotonic() - begun:.0f} s", flush=True)
    # Threads make one run a little longer than another: a point behind its end disturbs nothing.
    print(f"{run}: {passed} passed, {failed} failed, {late} of them behind the end of their run, "
          f"{time.monotonic() - begun:.0f} s", flush=True)
    return passed, failed


def main(runs):
    sample = int(os.environ.get("CRASH_SAMPLE", "0"))
    seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(1 << 31)))
    workers = int(os.environ.get("CRASH_WORKERS", "2"))
    given = os.environ.get("CRASH_FOLDER")
    work = pathlib.Path(given or tempfile.mkdtemp(prefix="kith-crash-")).resolve()
    keep = work / "failed"
    for old in [keep, *work.glob("worker-*"), work / "mails"]:
        shutil.rmtree(old, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    try:
        killer, program = compile_killer(work), binary()
        invent.invent(work / "mails", MAILS, PEOPLE)
        stages = [Stage(number, work, program, killer, work / "mails") for number in range(workers)]
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda stage: stage.prepare(runs), stages))
        if sample:
            print(f"CRASH_SEED={seed}", flush=True)
        for run in runs:
            held, broken = disturb(run, stages, sample // len(runs), seed, keep)
            passed, failed = passed + held, failed + broken
    except Failure as error:
        print(f"FAILED: {error}", flush=True)
        failed += 1
    if failed and keep.exists():
        print(f"what failed is kept in {keep}")
    elif not given and not failed:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["import", "deliver"]
    if set(wanted) - {"import", "deliver"}:
        sys.exit(__doc__)
    sys.exit(main(wanted))
