#!/usr/bin/env python3
"""Measures the river against `notmuch new` on the same mails in the same run, and writes docs/bench.md.

The 38 inboxes of the data folder (12,975 mails) become one Maildir with a folder for each person. Then, three times in
turn: `notmuch new` into a fresh database, and `kith import` into a fresh data folder: read, sealed, indexed, people and
strengths known, every batch committed with synchronous=FULL. Wall time, processor time and the largest resident set are
the kernel's (wait4(2), as `time -v` prints them). At the end the mails that twenty words find are compared by SHA-256.

usage: scripts/bench.sh
  KITH_TEST_DATA=DIR  the unpacked test data       KITH_BIN=FILE  the binary; default: a release build of this checkout
  BENCH_FOLDER=DIR    where it runs; default a temporary folder     BENCH_PAIRS=3     BENCH_WRITE=0  no docs/bench.md
"""
import hashlib
import os
import pathlib
import platform
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from kithrun import ROOT, Failure, Kith, binary

MOST_RATIO, MOST_RESIDENT = 0.25, 150.0
OWNER = "nobody@example.test"
WORDS = ("meeting contract agreement please attached market power price energy schedule report review trading customer "
         "gas deal manager conference question invoice").split()


def maildir(inboxes, target):
    """One Maildir++ with a folder for each inbox; the files are linked or copied, byte for byte."""
    count = 0
    for part in ("cur", "new", "tmp"):
        (target / part).mkdir(parents=True, exist_ok=True)
    for person in sorted(path for path in inboxes.iterdir() if path.is_dir()):
        folder = target / ("." + person.name.replace(".", "-"))
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        for file in sorted(path for path in person.rglob("*") if path.is_file()):
            count += 1
            shutil.copyfile(file, folder / "cur" / f"{count}.M{count}P1.host:2,S")
    return count


def measured(command, environment, log):
    """Wall and processor seconds, and the largest resident set in MB, of one command."""
    begun = time.monotonic()
    with open(log, "w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    if process.returncode != 0:
        raise Failure(f"'{command[0]}' ended with {process.returncode}; see {log}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024}


class Notmuch:
    def __init__(self, folder, mails):
        self.folder, self.config = folder, folder / "config"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "db").mkdir(parents=True)
        self.config.write_text(
            f"[database]\npath={folder}/db\nmail_root={mails}\n[user]\nname=Nobody\nprimary_email={OWNER}\n"
            "[new]\ntags=new\n[maildir]\nsynchronize_flags=false\n")
        self.environment = {**os.environ, "NOTMUCH_CONFIG": str(self.config), "HOME": str(folder)}

    def import_all(self):
        return measured(["notmuch", "new", "--no-hooks", "--quiet"], self.environment, self.folder / "log")

    def find(self, word):
        # In quotes a word is not reduced to its stem.
        done = subprocess.run(["notmuch", "search", "--output=files", "--exclude=false", f'"{word}"'],
                              env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()


class River:
    def __init__(self, folder, program, mails):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.mails, self.kith = mails, Kith(program, folder)
        self.kith.add_account()

    def import_all(self):
        words = [self.kith.program, "--json", "import", "--kind", "maildir", str(self.mails), "--owner", OWNER, "--warrant"]
        return measured(words, self.kith.environment, self.kith.folder / "log")

    def check(self, count):
        held = sum(line["held"] for line in self.kith.lines("status"))
        if held != count or self.kith.gaps() != 0:
            raise Failure(f"{held} of {count} mails are held, gap {self.kith.gaps()}")

    def digests(self):
        """The SHA-256 of every mail by its id: an open column."""
        file = next((self.kith.data / "accounts").glob("*.sqlite"))
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            return dict(database.execute("SELECT id, digest FROM mail"))

    def find(self, word):
        return [line["id"] for line in self.kith.lines("search", word, "--limit", "1000000")
                if line["id"].startswith("mail_")]


def number(identifier):
    """The 64 bits behind a printed id: base 36 after the prefix, as Model/ID.swift writes them."""
    return int(identifier.rsplit("_", 1)[1], 36)


def has_word(content, word):
    """Whether the bytes of a mail hold the word, between signs that are no letters or digits, behind QP's soft line ends."""
    text = content.replace(b"=\r\n", b"").replace(b"=\n", b"")
    return re.search(rb"(?<![a-z0-9])" + word.encode() + rb"(?![a-z0-9])", text, re.IGNORECASE) is not None


def compare(river, notmuch):
    """Per word: how many different mails each finds, how many only one of them does, and how many of ours hold it."""
    digests, of_file, rows = river.digests(), {}, []
    files = {hashlib.sha256(file.read_bytes()).digest(): file for file in river.mails.rglob("*") if file.is_file()}
    for word in WORDS:
        ours = {digests[number(mail)] for mail in river.find(word)}
        theirs = set()
        for file in notmuch.find(word):
            if file not in of_file:
                of_file[file] = hashlib.sha256(pathlib.Path(file).read_bytes()).digest()
            theirs.add(of_file[file])
        extra = ours - theirs
        right = sum(has_word(files[one].read_bytes(), word) for one in extra)
        rows.append((word, len(theirs), len(ours), len(theirs - ours), len(extra), right))
    return rows


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1]) // (1 << 20)
    return f"{os.cpu_count()} × {model}, {memory} GB, Linux {platform.release()}"


def said(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def page(count, pairs, words):
    ratios = [pair["kith"]["wall"] / pair["notmuch"]["wall"] for pair in pairs]
    resident = max(pair["kith"]["rss"] for pair in pairs)
    changed = " with changes not committed" if said("git", "status", "--porcelain", "Sources") else ""
    runs = [(f"{at}", *(f"{pair[who][what]:.{digits}f}" for who in ("notmuch", "kith")
                        for what, digits in (("wall", 2), ("cpu", 2), ("rss", 0))), f"{ratio:.3f}")
            for at, (pair, ratio) in enumerate(zip(pairs, ratios), 1)]
    return f"""# Bench

Made by `make bench` ({pathlib.Path(__file__).name} says how). {count:,} mails of 38 inboxes, as one Maildir with 38 folders.
`kith import` reads, seals and indexes them and knows people and strengths at its end, each batch committed with
`synchronous=FULL`; `notmuch new` makes its index. Both on warm files, in turn, each time into an empty folder.

{machine()} · {said("notmuch", "--version")} · commit {said("git", "rev-parse", "--short", "HEAD")}{changed} · {time.strftime("%Y-%m-%d")}

{table(["run", "notmuch s", "CPU s", "MB", "kith s", "CPU s", "MB", "ratio"], runs)}

Median ratio **{statistics.median(ratios):.3f}** (at most {MOST_RATIO}); {count / statistics.median(p["kith"]["wall"] for p in pairs):,.0f} mails a second;
largest resident set **{resident:.0f} MB** (at most {MOST_RESIDENT:.0f}).

## What twenty words find

Different mails by SHA-256. `notmuch` takes all files of one Message-ID for one mail, and finds them all if one of them
holds the word. What only Kith finds is looked up in the bytes of the mail: for
notmuch `customer's` is one word and for Kith it is found by `customer`; and notmuch drops recipients behind an address
that RFC 5322 does not allow (`a..b@host`), where Kith reads on.

{table(["word", "notmuch", "kith", "only notmuch", "only kith", "of these hold it"], words)}
"""


def main():
    data = os.environ.get("KITH_TEST_DATA", str(pathlib.Path.home() / ".cache/kith/data"))
    inboxes = pathlib.Path(data) / "enron-inboxes/maildir"
    if not inboxes.is_dir():
        print(f"skipped: {inboxes} is not present; KITH_TEST_DATA names the unpacked test data")
        return 0
    if not shutil.which("notmuch"):
        raise Failure("notmuch is missing: apt-get install notmuch")
    given = os.environ.get("BENCH_FOLDER")
    work = pathlib.Path(given or tempfile.mkdtemp(prefix="kith-bench-")).resolve()
    program, mails = binary("release"), work / "mails"
    shutil.rmtree(mails, ignore_errors=True)
    count, pairs = maildir(inboxes, mails), []
    os.sync()
    for at in range(int(os.environ.get("BENCH_PAIRS", "3"))):
        notmuch, river = Notmuch(work / "notmuch", mails), River(work / "kith", program, mails)
        # Who goes first has the colder disk: they take turns.
        order = [("notmuch", notmuch), ("kith", river)]
        pair = {name: one.import_all() for name, one in (order if at % 2 == 0 else reversed(order))}
        river.check(count)
        pairs.append(pair)
        print(f"pair {at + 1}: notmuch {pair['notmuch']['wall']:.2f} s, kith {pair['kith']['wall']:.2f} s "
              f"(CPU {pair['kith']['cpu']:.2f} s, {pair['kith']['rss']:.0f} MB), "
              f"ratio {pair['kith']['wall'] / pair['notmuch']['wall']:.3f}", flush=True)
    words = compare(river, notmuch)
    for word, theirs, ours, missing, extra, right in words:
        print(f"{word:12} notmuch {theirs:5} kith {ours:5} only notmuch {missing:4} only kith {extra:4}, {right} of them hold it")
    if os.environ.get("BENCH_WRITE") != "0":
        (ROOT / "docs/bench.md").write_text(page(count, pairs, words))
    if not given:
        shutil.rmtree(work, ignore_errors=True)
    ratio = statistics.median(pair["kith"]["wall"] / pair["notmuch"]["wall"] for pair in pairs)
    resident = max(pair["kith"]["rss"] for pair in pairs)
    checks = [(f"ratio {ratio:.3f} is at most {MOST_RATIO}", ratio <= MOST_RATIO),
              (f"{resident:.0f} MB are at most {MOST_RESIDENT:.0f}", resident <= MOST_RESIDENT),
              ("all mails that notmuch finds are found", all(row[3] == 0 for row in words)),
              ("what only kith finds holds the word", all(row[4] == row[5] for row in words))]
    for what, holds in checks:
        print(("ok: " if holds else "FAILED: ") + what)
    passed = sum(holds for _, holds in checks)
    print(f"{passed} passed, {len(checks) - passed} failed")
    return 0 if passed == len(checks) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as error:
        print(f"FAILED: {error}\n0 passed, 1 failed")
        sys.exit(1)
