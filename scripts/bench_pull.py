#!/usr/bin/env python3
"""Measures `kith sync --pull` against mbsync and `notmuch new` on the same Dovecot over TLS, and writes docs/bench-pull.md.

The 38 inboxes of the data folder (12,975 mails) lie on a Dovecot as 38 folders. Then, in turn: `mbsync -a` with fsync
into an empty Maildir and `notmuch new` over it; and `kith sync --pull` into an empty data folder: read, sealed, indexed,
people and strengths known, every batch committed with synchronous=FULL. After each, the same once more with nothing new.
Then invented mailboxes of 50 folders: nothing new in 10,000 and in 100,000 mails, and the memory of pulling 10,000 and
200,000. Then 180 small mailboxes, each a source with a server of its own, alone and beside 20 that fall silent: after the
greeting, after the login, in the middle of a mail. Wall time, processor time and the largest resident set are the kernel's (wait4(2)).

usage: scripts/bench_pull.py
  KITH_TEST_DATA=DIR  the unpacked test data       KITH_BIN=FILE  the binary; default: a release build of this checkout
  BENCH_FOLDER=DIR    where it runs; default a temporary folder
  BENCH_PARTS=peers,growth,stall  which parts run
  BENCH_PAIRS=3   BENCH_MAILS=200000  the largest mailbox   BENCH_WRITE=0  no docs/bench-pull.md
"""
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import bench
import invent
from dovecot import PASSWORD, Dovecot
from kithrun import ROOT, Failure, Kith, binary, copy
from mailserver import MailServer

MOST_RATIO, MOST_IDLE, MOST_GROWTH, MOST_RESIDENT, MOST_DELAY = 0.20, 1.5, 1.3, 150.0, 1.10
GOOD, STALLING = 180, ["greeting", "LIST", "mail", "mail"] * 5


class Mbsync:
    """A fresh Maildir that mbsync fills, and notmuch's index of it."""

    def __init__(self, folder, server, user):
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "mail").mkdir(parents=True)
        self.folder, self.config = folder, folder / "mbsyncrc"
        self.config.write_text(f"""FSync yes
IMAPAccount a
Host localhost
Port {server.port}
User {user}
Pass {PASSWORD}
SSLType IMAPS
CertificateFile {server.authority}

IMAPStore far
Account a

MaildirStore near
SubFolders Verbatim
Path {folder}/mail/
Inbox {folder}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Sync Pull
SyncState *
""")

    def pull(self):
        return bench.measured(["mbsync", "-q", "-c", str(self.config), "-a"], dict(os.environ), self.folder / "log")

    def count(self):
        return sum(1 for path in (self.folder / "mail").rglob("*") if path.parent.name in ("cur", "new") and path.is_file())


class Pull:
    """A fresh house with the server as its source."""

    def __init__(self, folder, program, server, user):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.kith = Kith(program, folder)
        self.kith.add_account()
        (folder / "password").write_text(PASSWORD)
        self.kith.run("source", "add", "imap", "--host", "localhost", "--port", server.port, "--tls", "implicit",
                      "--ca", server.authority, "--user", user, "--password-file", folder / "password", "--depth", "whole",
                      "--owner", bench.OWNER, "--warrant")

    def pull(self):
        words = [self.kith.program, "--json", "sync", "--pull"]
        return bench.measured(words, self.kith.environment, self.kith.folder / "log")

    def check(self, count):
        held = sum(line["held"] for line in self.kith.lines("status"))
        if held != count or self.kith.gaps() != 0:
            raise Failure(f"{held} of {count} mails are held, gap {self.kith.gaps()}")


def fill(target, mails, folders=50):
    """An invented mailbox: mails of a few hundred bytes to some kilobytes, spread over folders."""
    chance, cast = random.Random(mails), invent.people(2000)
    for part in ("cur", "new", "tmp"):
        (target / part).mkdir(parents=True, exist_ok=True)
        for folder in range(folders):
            (target / f".f{folder:02}" / part).mkdir(parents=True, exist_ok=True)
    texts = [invent.text(chance, 20, 200) for _ in range(500)]
    for number in range(mails):
        name, address = chance.choice(cast)
        content = (f"From: {invent.header(name)} <{address}>\nTo: Ada Agent <{invent.OWNER}>\nSubject: offer {number}\n"
                   f"Date: Mon, 05 Jan 2026 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} +0000\n"
                   f"Message-ID: <{number}.{mails}@example.test>\n\n{chance.choice(texts)}\noffer{number}\n")
        (target / f".f{number % folders:02}" / "cur" / f"{1700000000 + number}.M{number}P1.host:2,S").write_text(content)


def first_part(work, program, server, inboxes):
    count = bench.maildir(inboxes, server.mail("many"))
    server.hand_over()
    # The server's own caches are made by the first reader, whoever it is.
    Mbsync(work / "warm", server, "many").pull()
    pairs = []
    for at in range(int(os.environ.get("BENCH_PAIRS", "3"))):
        pair, peer, river = {}, Mbsync(work / "mbsync", server, "many"), Pull(work / "kith", program, server, "many")

        def theirs():
            pair["mbsync"] = peer.pull()
            if peer.count() != count:
                raise Failure(f"mbsync holds {peer.count()} of {count} mails")
            pair["notmuch"] = bench.Notmuch(work / "notmuch", peer.folder / "mail").import_all()

        def ours():
            pair["kith"] = river.pull()

        # Who goes first has the colder disk: they take turns.
        for one in ((theirs, ours) if at % 2 == 0 else (ours, theirs)):
            one()
        river.check(count)
        for name, one in (("mbsync", peer), ("kith", river)):
            pair[name + " again"] = min((one.pull() for _ in range(5)), key=lambda run: run["wall"])
        pairs.append(pair)
        print(f"pair {at + 1}: mbsync {pair['mbsync']['wall']:.2f} s + notmuch {pair['notmuch']['wall']:.2f} s, "
              f"kith {pair['kith']['wall']:.2f} s (CPU {pair['kith']['cpu']:.2f} s, {pair['kith']['rss']:.0f} MB), ratio "
              f"{ratio(pair):.3f}; nothing new: mbsync {pair['mbsync again']['wall']:.3f} s, "
              f"kith {pair['kith again']['wall']:.3f} s, {idle(pair):.2f}", flush=True)
    return count, pairs


def ratio(pair):
    return pair["kith"]["wall"] / (pair["mbsync"]["wall"] + pair["notmuch"]["wall"])


def idle(pair):
    return pair["kith again"]["wall"] / pair["mbsync again"]["wall"]


def second_part(work, program, server, largest):
    rows = []
    for mails in sorted({10_000, min(100_000, largest), largest}):
        fill(server.mail(f"m{mails}"), mails)
        server.hand_over()
        river = Pull(work / f"kith{mails}", program, server, f"m{mails}")
        whole = river.pull()
        river.check(mails)
        again = min((river.pull() for _ in range(5)), key=lambda run: run["wall"])
        rows.append((mails, whole, again))
        print(f"{mails:,} mails in 50 folders: pulled in {whole['wall']:.1f} s, {whole['rss']:.0f} MB; "
              f"nothing new {again['wall']:.3f} s", flush=True)
        shutil.rmtree(work / f"kith{mails}")
        shutil.rmtree(server.mail(f"m{mails}"))
    return rows


def third_part(work, program):
    """How long the good sources take alone, and how long beside those that stall, in turn."""
    chance, cast = random.Random(3), invent.people(200)
    mails = [invent.mail(chance, number, chance.choice(cast))[1].replace(b"\n", b"\r\n") for number in range(400)]
    good = [MailServer({"INBOX": chance.sample(mails, 30), "Sent": chance.sample(mails, 10)}) for _ in range(GOOD)]
    bad = [MailServer({"INBOX": mails[:30]}, stall=stall) for stall in STALLING]
    houses = {}
    for name, servers in (("alone", good), ("beside", good + bad)):
        # Whoever stalls is not the last to be asked.
        order = list(servers)
        chance.shuffle(order)
        kith = Kith(program, work / name)
        shutil.rmtree(kith.folder, ignore_errors=True)
        kith.folder.mkdir(parents=True)
        kith.add_account()
        (kith.folder / "password").write_text("pw1")
        for server in order:
            kith.run("source", "add", "imap", "--host", "127.0.0.1", "--port", server.port, "--tls", "none", "--user",
                     invent.OWNER, "--password-file", kith.folder / "password", "--warrant", "--no-check")
        copy(kith.folder, work / f"{name}-before")
        houses[name] = kith
    rounds = []
    for at in range(5):
        times = {}
        for name in (("alone", "beside") if at % 2 == 0 else ("beside", "alone")):
            times[name] = until_all_left(houses[name], work / f"{name}-before", good)
        rounds.append(times)
        print(f"{GOOD} sources alone {times['alone']:.2f} s, beside {len(bad)} that stall {times['beside']:.2f} s, "
              f"{delay(times):.3f}", flush=True)
    for server in good + bad:
        server.close()
    return rounds


def until_all_left(kith, before, servers):
    copy(before, kith.folder)
    for server in servers:
        server.left = None
    begun = time.monotonic()
    process = subprocess.Popen([kith.program, "--json", "sync", "--pull"], env=kith.environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while any(server.left is None for server in servers):
        time.sleep(0.02)
        if time.monotonic() - begun > 300:
            raise Failure("the sources that do not stall were not read within 300 s")
    process.kill()
    process.wait()
    return max(server.left for server in servers) - begun


def delay(times):
    return times["beside"] / times["alone"]


def page(count, pairs, rows, rounds):
    runs = [(f"{at}", *(f"{pair[who][what]:.2f}" for who in ("mbsync", "notmuch", "kith") for what in ("wall", "cpu")),
             f"{pair['kith']['rss']:.0f}", f"{ratio(pair):.3f}", f"{pair['mbsync again']['wall']:.3f}",
             f"{pair['kith again']['wall']:.3f}", f"{idle(pair):.2f}") for at, pair in enumerate(pairs, 1)]
    changed = " with changes not committed" if bench.said("git", "status", "--porcelain", "Sources") else ""
    header = ["run", "mbsync s", "CPU s", "notmuch s", "CPU s", "kith s", "CPU s", "MB", "ratio", "mbsync, nothing new",
              "kith, nothing new", "ratio"]
    grown = [(f"{mails:,}", f"{whole['wall']:.1f}", f"{whole['rss']:.0f}", f"{again['wall']:.3f}") for mails, whole, again in rows]
    slow = [(f"{times['alone']:.2f}", f"{times['beside']:.2f}", f"{delay(times):.3f}") for times in rounds]
    return f"""# Bench of pulling from a server

Made by `make bench` (bench_pull.py says how). {count:,} mails in 38 folders of a Dovecot on this machine, over TLS.
`kith sync --pull` reads, seals and indexes them and knows people and strengths at its end, each batch committed with
`synchronous=FULL`; `mbsync -a` (with fsync) writes a Maildir, and `notmuch new` makes its index. In turn, each into an
empty folder. "Nothing new": the same command once more, the best of five.

{bench.machine()} · {bench.said("mbsync", "--version")} · {bench.said("notmuch", "--version")} · commit {bench.said("git", "rev-parse", "--short", "HEAD")}{changed}

{bench.table(header, runs)}

Median ratio to mbsync and notmuch **{statistics.median(map(ratio, pairs)):.3f}** (at most {MOST_RATIO});
with nothing new, to mbsync **{statistics.median(map(idle, pairs)):.2f}** (at most {MOST_IDLE}).

## More mails

Invented mails in 50 folders.

{bench.table(["mails", "pulled in s", "MB", "nothing new s"], grown)}

## Servers that stall

{GOOD} sources with a server each, until the last of them is read: alone, and beside {len(STALLING)} whose servers fall silent.

{bench.table(["alone s", "beside s", "ratio"], slow)}

Median ratio **{statistics.median(map(delay, rounds)):.3f}** (at most {MOST_DELAY}).
"""


def main():
    data = os.environ.get("KITH_TEST_DATA", str(pathlib.Path.home() / ".cache/kith/data"))
    inboxes = pathlib.Path(data) / "enron-inboxes/maildir"
    if not inboxes.is_dir():
        print(f"skipped: {inboxes} is not present; KITH_TEST_DATA names the unpacked test data")
        return 0
    for tool in ("mbsync", "notmuch"):
        if not shutil.which(tool):
            raise Failure(f"{tool} is missing: apt-get install {'isync' if tool == 'mbsync' else tool}")
    given = os.environ.get("BENCH_FOLDER")
    work = pathlib.Path(given or tempfile.mkdtemp(prefix="kith-bench-pull-")).resolve()
    parts = os.environ.get("BENCH_PARTS", "peers,growth,stall").split(",")
    program = binary("release")
    server = Dovecot(work / "dovecot")
    try:
        count, pairs = first_part(work, program, server, inboxes) if "peers" in parts else (0, [])
        rows = second_part(work, program, server, int(os.environ.get("BENCH_MAILS", "200000"))) if "growth" in parts else []
        rounds = third_part(work, program) if "stall" in parts else []
    finally:
        server.close()
    if os.environ.get("BENCH_WRITE") != "0" and pairs and rows and rounds:
        (ROOT / "docs/bench-pull.md").write_text(page(count, pairs, rows, rounds))
    if not given:
        shutil.rmtree(work, ignore_errors=True)
    return judge(pairs, rows, rounds)


def judge(pairs, rows, rounds):
    checks = []

    def check(what, holds):
        checks.append(holds)
        print(("ok: " if holds else "FAILED: ") + what)

    if pairs:
        middle, quiet = statistics.median(map(ratio, pairs)), statistics.median(map(idle, pairs))
        check(f"ratio {middle:.3f} is at most {MOST_RATIO}", middle <= MOST_RATIO)
        check(f"with nothing new {quiet:.2f} × mbsync is at most {MOST_IDLE}", quiet <= MOST_IDLE)
    if pairs or rows:
        resident = max([pair["kith"]["rss"] for pair in pairs] + [whole["rss"] for _, whole, _ in rows])
        check(f"{resident:.0f} MB are at most {MOST_RESIDENT:.0f}", resident <= MOST_RESIDENT)
    if len(rows) > 1:
        growth = rows[1][2]["wall"] / rows[0][2]["wall"]
        check(f"nothing new in {rows[1][0]:,} mails takes {growth:.2f} × that of {rows[0][0]:,}, at most {MOST_GROWTH}",
              growth <= MOST_GROWTH)
    if rounds:
        slower = statistics.median(map(delay, rounds))
        check(f"beside servers that stall the others take {slower:.3f} × as long, at most {MOST_DELAY}",
              slower <= MOST_DELAY)
    print(f"{sum(checks)} passed, {len(checks) - sum(checks)} failed")
    return 0 if all(checks) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as error:
        print(f"FAILED: {error}\n0 passed, 1 failed")
        sys.exit(1)
