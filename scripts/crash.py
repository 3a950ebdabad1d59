#!/usr/bin/env python3
"""Kills `kith` at every call that changes a file, runs it again, and expects what an undisturbed run leaves.

Four runs are disturbed: the import of 500 invented mails, the pull of 60 mails in 3 folders of a mail server, the pull
after some were deleted, moved and added there, and the delivery of 60 people into a folder that serves as CRM. At each point N a fresh copy of the state before is taken, the
run is killed (SIGKILL) just before its N-th call of write, pwrite, fsync, fdatasync, rename, unlink, ftruncate and their
kin (scripts/killat.c counts them over all threads), and then run again to its end. Then must be equal: the logical
digest, the completeness ledger, the CRM folder, the sizes of the sealed files, the entries of the journal. The ledger must verify, the doctor be content, the databases be intact,
and nothing left to do.

The pull of 2,000 mails is killed at moments drawn at random (SIGKILL); the run after it must show its first progress on a
terminal within 5 seconds. A sample says how long it took and judges nothing by it: others work on the machine meanwhile.

Two more are frozen at a point instead: another worker comes an hour later by its clock, takes the lease over and works;
then the frozen one is thawed and must stop. No effect may be there twice, so the same must be equal. A worker that froze
within a transaction, or while it writes to the CRM folder, keeps that locked: then the other one must say so and end, and
the thawed one go on. Half of these points are calls, the others are moments (SIGSTOP).

usage: scripts/crash.sh [import|pull|pull-again|deliver|kill-pull|freeze-import|freeze-pull|freeze-deliver …]
  CRASH_SAMPLE=60   so many points in all, drawn with CRASH_SEED (printed), instead of every one
  CRASH_KILLS=200   so many moments
  CRASH_FREEZES=40  so many points for each that is frozen
  CRASH_WORKERS=2   so many at once
  CRASH_FOLDER=DIR  where the copies lie; default a temporary folder. What failed is kept there
  KITH_BIN=FILE     the binary; default: built here
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import pty
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import invent
from kithrun import ROOT, Failure, Kith, binary, copy, crm
from mailserver import MailServer

MAILS, PEOPLE = 500, 60
# The run that is disturbed, and the one after it: a clock that went back would leave jobs for later.
BEFORE, AFTER = "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"
# When it is looked at what they left: a slow machine needs minutes for a run, and the ledger must not be ahead of the clock.
LOOKED_AT = "2026-11-23T15:00:00Z"
RUNS = ["import", "pull", "pull-again", "deliver", "kill-pull", "freeze-import", "freeze-pull", "freeze-deliver"]
# How a sample is shared out among them: what is frozen takes long.
SHARES = dict(zip(RUNS, [10, 30, 30, 10, 6, 4, 6, 4]))
PULLED, FOLDERS = 60, ["INBOX", "Work", "Work/2026"]
# A pull of so many mails shows its first progress within so many seconds.
MANY, SOON = 2000, 5.0


class Stage:
    """One worker's folders: the state before, and the copy that is disturbed; both keep their paths."""

    def __init__(self, number, work, program, killer, maildir, servers):
        self.servers = servers
        self.name, self.killer, self.maildir = f"worker {number}", killer, maildir
        self.folder = work / f"worker-{number}"
        self.kith = Kith(program, self.folder / "house")
        self.crm = self.folder / "house" / "crm"
        self.bases, self.wanted, self.seconds, self.points = {}, {}, {}, {}
        self.waits, self.judges_time = [], False

    def words(self, run):
        if run == "import":
            return self.kith.import_words(self.maildir)
        return ["sync", "--deliver"] if run == "deliver" else ["sync", "--pull"]

    def prepare(self, runs):
        self.kith.folder.mkdir(parents=True)
        self.kith.set_clock("2026-11-23T11:00:00Z")
        self.kith.add_account()
        self.keep("import")
        for run in {"pull", "pull-again", "kill-pull"} & {run.removeprefix("freeze-") for run in runs}:
            password, server = self.kith.folder / "password", self.servers[run]
            password.write_text("pw1")
            self.kith.run("source", "add", "imap", "--host", "127.0.0.1", "--port", server.port, "--tls", "none",
                          "--user", "ada@example.test", "--password-file", password, "--depth", "whole", "--warrant")
            if run == "pull-again":
                self.kith.run(*self.words(run))
            self.keep(run)
            copy(self.bases["import"], self.kith.folder)
        if any("deliver" in run for run in runs):
            self.kith.run(*self.words("import"))
            self.kith.add_folder(self.crm)
            self.keep("deliver")

    def keep(self, run):
        self.bases[run] = self.folder / f"before-{run}"
        copy(self.kith.folder, self.bases[run])

    def start(self, run):
        copy(self.bases[run], self.kith.folder)
        self.kith.set_clock(BEFORE)

    def resume(self):
        """An hour later for the clock, two for the sealed files: what nobody names is swept after one."""
        self.kith.set_clock(AFTER)
        for file in (self.kith.data / "blobs").rglob("*"):
            os.utime(file, (time.time() - 7200, time.time() - 7200))

    def killat(self, point):
        counts = self.folder / "counts.json"
        counts.unlink(missing_ok=True)
        return counts, [self.killer, point, f"{self.kith.data}:{self.crm}:{self.kith.key}", counts]

    def disturbed(self, run, point):
        """Runs up to the point; gives what killat counted."""
        counts, before = self.killat(point)
        done = self.kith.run(*self.words(run), before=before, expect=None)
        if not counts.exists():
            raise Failure(f"killat failed: {done.stderr.strip()[-300:]}")
        counted = json.loads(counts.read_text())
        if not counted["killed"] and done.returncode != 0:
            raise Failure(f"the run ended with {done.returncode} by itself: {done.stderr.strip()[-300:]}")
        return counted

    def at_call(self, run, point):
        """How to begin a run, freeze it before its N-th call, and thaw it."""
        thaw, held = self.folder / "thaw", self.folder / "thaw.held"
        for file in (thaw, held):
            file.unlink(missing_ok=True)
        command = [str(word) for word in [*self.killat(point)[1], self.kith.program, "--json", *self.words(run)]]

        def freeze(process):
            while not held.exists() and process.poll() is None:
                time.sleep(0.01)
            return held.exists()

        return (command, {**self.kith.environment, "KILLAT_HOLD": str(thaw)}), freeze, lambda process: thaw.touch()

    def at_moment(self, run, point):
        """The same after a part of the time that an undisturbed run takes."""
        command = [self.kith.program, "--json", *map(str, self.words(run))]

        def freeze(process):
            time.sleep(self.seconds[run] * point / self.points[run])
            process.send_signal(signal.SIGSTOP)
            return process.poll() is None

        return (command, self.kith.environment), freeze, lambda process: process.send_signal(signal.SIGCONT)

    def killed(self, run, point):
        """Kills a run at a moment drawn at random; the next one must be done soon."""
        process = subprocess.Popen([self.kith.program, "--json", *map(str, self.words(run))], env=self.kith.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.Random(point).random() * self.seconds[run])
        process.kill()
        killed = process.wait() != 0
        self.resume()
        self.waits.append(self.first_progress(run))
        if self.judges_time and self.waits[-1] > SOON:
            raise Failure(f"the run after the kill showed nothing for {self.waits[-1]:.1f} s")
        return {"killed": killed}

    def first_progress(self, run):
        """Runs it again to its end; gives how long its terminal stayed empty."""
        screen, side = pty.openpty()
        begun = time.monotonic()
        process = subprocess.Popen([self.kith.program, *map(str, self.words(run))], env=self.kith.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        first, shown = None, b""
        # The end of a terminal is told by EIO.
        with contextlib.suppress(OSError):
            while some := os.read(screen, 4096):
                first = first or time.monotonic() - begun
                shown = (shown + some)[-300:]
        os.close(screen)
        if process.wait() != 0:
            raise Failure(f"the run after the kill ended with {process.returncode}: {shown.decode(errors='replace')}")
        return first or time.monotonic() - begun

    def frozen(self, run, point):
        """Freezes a worker at the point, lets another one work, thaws it; gives whether the other could take over."""
        begin, freeze, thaw = self.at_call(run, point) if point % 2 else self.at_moment(run, point)
        first = subprocess.Popen(begin[0], env=begin[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = None
        try:
            if freeze(first):
                self.resume()
                done = self.kith.run(*self.words(run), expect=(0, 1), limit=120)
        finally:
            thaw(first)
            ended = first.wait(timeout=120)
        if ended not in (0, 1):
            raise Failure(f"the thawed worker ended with {ended}")
        # Whoever waits in vain says for what, and that nothing is lost.
        if done and done.returncode == 1 and not any(word in done.stderr for word in ("busy", "another")):
            raise Failure(f"the second worker ended with {done.stderr.strip()[-300:]}")
        return {"killed": done is not None and done.returncode == 0}

    def outcome(self, run):
        """Everything in which a run that was cut off must equal one that was not."""
        self.kith.set_clock(LOOKED_AT)
        self.kith.check_health()
        found = {"digest": self.kith.logical_digest(), "held": self.kith.held(), "sealed files": self.kith.files(),
                 "journal": sorted(line["verb"] for line in self.kith.lines("journal", "--limit", "100000"))}
        if run != "deliver":
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
        begun = time.monotonic()
        self.kith.run(*self.words(run))
        self.seconds[run] = time.monotonic() - begun
        self.start(run)
        counted = self.disturbed(run, 0)
        self.points[run] = counted["calls"]
        self.resume()
        self.wanted[run] = self.outcome(run)
        people = sum(1 for name in self.wanted[run].get("crm", {}) if name.endswith(".vcf"))
        if run == "deliver" and people != PEOPLE:
            raise Failure(f"{people} people were delivered, not {PEOPLE}")
        return counted

    def point(self, run, point, freeze=False):
        """Kills or freezes at the point and runs again; gives whether it was in time. A `Failure` says what differs."""
        self.start(run)
        way = self.frozen if freeze else self.killed if run == "kill-pull" else self.disturbed
        counted = way(run, point)
        self.resume()
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


def staged_folders(maildir):
    """The first of the invented mails, as folders of a server; one lies in all of them."""
    files = sorted(file for file in maildir.rglob("*") if file.is_file())[:PULLED]
    mails = [file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for file in files]
    return {name: mails[place::len(FOLDERS)] + mails[:1] for place, name in enumerate(FOLDERS)}


def many_folders():
    """2,000 small mails in three folders."""
    chance, cast = random.Random(7), invent.people(PEOPLE)
    mails = [invent.mail(chance, number, chance.choice(cast))[1].replace(b"\n", b"\r\n") for number in range(MANY)]
    return {name: mails[place::len(FOLDERS)] for place, name in enumerate(FOLDERS)}


def live_on(folders):
    """What an owner does meanwhile: of each folder some mails are deleted, some move to the next one, some come anew."""
    old = {name: list(mails) for name, mails in folders.items()}
    for place, name in enumerate(FOLDERS):
        target = folders[FOLDERS[(place + 1) % len(FOLDERS)]]
        for uid in range(2, len(old[name]), 4):
            if uid % 8 == 2:
                target.append(old[name][uid])
            folders[name][uid] = None
        target += [mail.replace(b"Message-ID: <", b"Message-ID: <again.") for mail in old[name][:6]]


def chosen(total, sample, seed):
    if not sample or sample >= total:
        return list(range(1, total + 1))
    return sorted(random.Random(seed).sample(range(1, total + 1), sample))


def disturb(name, stages, sample, seed, keep):
    """All points of a run, or the sample; gives how many held and how many did not."""
    freeze, run = name.startswith("freeze-"), name.removeprefix("freeze-")
    counts = [stage.undisturbed(run) for stage in stages]
    total = max(counted["calls"] for counted in counts)
    points = chosen(max(total, sample) if run == "kill-pull" else total, sample, seed)
    kinds = ", ".join(f"{value} {key}" for key, value in counts[0].items() if key not in ("killed", "calls"))
    print(f"{name}: {total} points ({kinds}); {len(points)} are tried", flush=True)
    free, passed, failed, late, begun = queue.SimpleQueue(), 0, 0, 0, time.monotonic()
    for stage in stages:
        stage.waits.clear()
        free.put(stage)

    def attempt(point):
        stage = free.get()
        try:
            return point, stage.point(run, point, freeze), None
        except (Failure, OSError, ValueError, KeyError, IndexError) as error:
            copy(stage.kith.folder, keep / f"{name}-{point}")
            return point, True, str(error) or type(error).__name__
        finally:
            free.put(stage)

    with concurrent.futures.ThreadPoolExecutor(len(stages)) as pool:
        for done, (point, killed, trouble) in enumerate(pool.map(attempt, points), 1):
            late += not killed
            passed += trouble is None
            failed += trouble is not None
            if trouble:
                print(f"FAILED {name} at {point}: {trouble}", flush=True)
            if done % 200 == 0:
                print(f"{name}: {done} of {len(points)} points, {failed} failed, {time.monotonic() - begun:.0f} s", flush=True)
    # Threads make one run a little longer than another: a point behind its end disturbs nothing.
    missed = "where the other worker could not take over" if freeze else "behind the end of their run"
    print(f"{name}: {passed} passed, {failed} failed, {late} of them {missed}, "
          f"{time.monotonic() - begun:.0f} s", flush=True)
    if waits := sorted(wait for stage in stages for wait in stage.waits):
        print(f"{name}: first progress after {waits[len(waits) // 2]:.2f} s, at most {waits[-1]:.2f} s", flush=True)
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
        servers = {"pull": MailServer(staged_folders(work / "mails"))}
        if "pull-again" in runs:
            servers["pull-again"] = MailServer(staged_folders(work / "mails"))
        if "kill-pull" in runs:
            servers["kill-pull"] = MailServer(many_folders())
        stages = [Stage(number, work, program, killer, work / "mails", servers) for number in range(workers)]
        for stage in stages:
            stage.judges_time = not sample
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda stage: stage.prepare(runs), stages))
        if "pull-again" in runs:
            live_on(servers["pull-again"].folders)
        print(f"CRASH_SEED={seed}", flush=True)
        for run in runs:
            most = sample * SHARES[run] // sum(SHARES[other] for other in runs)
            if run.startswith("freeze-") and not sample:
                most = int(os.environ.get("CRASH_FREEZES", "40"))
            if run == "kill-pull" and not sample:
                most = int(os.environ.get("CRASH_KILLS", "200"))
            held, broken = disturb(run, stages, most, seed, keep)
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
    wanted = sys.argv[1:] or RUNS
    if set(wanted) - set(RUNS):
        sys.exit(__doc__)
    sys.exit(main(wanted))
