#!/usr/bin/env python3
"""Measures `kith sync --deliver` into a Tryton against Tryton's own bulk create, and writes docs/bench-deliver.md.

In turn, each on a Tryton 8.2 without parties: 10,000 people with a name, an e-mail address and a number, made by a client
that does nothing but call `party.party.create` with 200 of them at a time; and the same people, from an address book that
Kith imported, by `kith sync --deliver`: everything planned, looked for in Tryton, sent, entered in the journal, linked.
Both write the same fields in the same batches. Then `kith sync --deliver` once more, with nothing to send. Wall time is
that of the whole process of Kith; Tryton's processor time is the kernel's.

usage: scripts/bench_deliver.py
  KITH_BIN=FILE  the binary; default: a release build of this checkout     BENCH_FOLDER=DIR  default a temporary folder
  BENCH_PEOPLE=10000   BENCH_PAIRS=3   BENCH_WRITE=0  no docs/bench-deliver.md
"""
import datetime
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from kithrun import ROOT, Failure, Kith, binary
from tryton import DATABASE, PASSWORD, USER, Tryton

LEAST_RATIO, BATCH = 0.90, 200


def people(count):
    return [(f"Person Nr{number}", f"person{number}@example.test", f"+4144{6680000 + number}") for number in range(count)]


def own(folder, persons):
    """Seconds that Tryton's own bulk create takes, and its processor time."""
    server = Tryton(folder)
    try:
        begun, worked = time.monotonic(), server.seconds()
        for first in range(0, len(persons), BATCH):
            server.call("model.party.party.create", [
                {"code": f"own-{first + place}", "name": name, "contact_mechanisms": [["create", [
                    {"type": "email", "value": address}, {"type": "phone", "value": number}]]]}
                for place, (name, address, number) in enumerate(persons[first:first + BATCH])], {})
        return time.monotonic() - begun, server.seconds() - worked
    finally:
        server.stop()


def kith(program, folder, persons):
    """Seconds of the delivery, Tryton's processor time, and seconds of a second run that has nothing to send."""
    server = Tryton(folder / "tryton")
    house = Kith(program, folder / "house", clock="2026-11-23T12:00:00Z")
    try:
        house.folder.mkdir(parents=True)
        house.add_account()
        cards = folder / "cards.vcf"
        cards.write_text("".join(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{address}\r\nFN:{name}\r\nEMAIL:{address}\r\nTEL:{number}\r\nEND:VCARD\r\n"
            for name, address, number in persons))
        house.run("import", "--kind", "vcard", cards, "--warrant", limit=1800)
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        destination = house.value("destination", "add", "tryton", "--url", f"http://localhost:{server.port}/", "--database",
                                  DATABASE, "--user", USER, "--password-file", secret)["id"]
        plan = house.run("sync", "--deliver", "--dry-run", limit=1800).stdout.splitlines()[-1]
        digest = plan.split('"digest":"')[1].split('"')[0]
        house.run("destination", "accept", destination, digest, limit=1800)
        house.set_clock("2026-11-23T13:00:00Z")
        begun, worked = time.monotonic(), server.seconds()
        house.run("sync", "--deliver", limit=3600)
        took, worked = time.monotonic() - begun, server.seconds() - worked
        held = server.call("model.party.party.search_count", [["code", "like", "kith-%"]], {})
        if held != len(persons):
            raise Failure(f"{held} of {len(persons)} people are there")
        house.set_clock("2026-11-23T14:00:00Z")
        begun = time.monotonic()
        house.run("sync", "--deliver", limit=3600)
        return took, worked, time.monotonic() - begun
    finally:
        server.stop()


def page(count, pairs, ratio):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    rows = "".join(
        f"| {number + 1} | {mine[0]:.1f} | {count / mine[0]:.0f} | {theirs[0]:.1f} | {count / theirs[0]:.0f} | "
        f"{theirs[0] / mine[0]:.2f} | {mine[1]:.1f} | {theirs[1]:.1f} | {mine[2]:.1f} |\n"
        for number, (theirs, mine) in enumerate(pairs))
    return f"""# Delivery into Tryton

Made by `scripts/bench_deliver.py` on {datetime.date.today()} at commit {commit}, {os.cpu_count()} cores: {count} people with a
name, an e-mail address and a number into a Tryton 8.2 on SQLite, {BATCH} by one call, searches included. *Own* is Tryton's bulk
create by a client that does nothing else.

| pair | Kith s | people/s | own s | people/s | rate to own | Tryton's processor s under Kith | under own | nothing new s |
|---|---|---|---|---|---|---|---|---|
{rows}
Median of the rates to Tryton's own: **{ratio:.2f}**, at least {LEAST_RATIO:.2f} is wanted.
"""


def main():
    count, rounds = int(os.environ.get("BENCH_PEOPLE", 10_000)), int(os.environ.get("BENCH_PAIRS", 3))
    program, persons = binary("release"), people(count)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as scratch:
        pairs = []
        for number in range(rounds):
            folder = pathlib.Path(scratch) / str(number)
            # Neither is always the first.
            if number % 2 == 0:
                theirs, mine = own(folder / "own", persons), kith(program, folder / "kith", persons)
            else:
                mine, theirs = kith(program, folder / "kith", persons), own(folder / "own", persons)
            pairs.append((theirs, mine))
            print(f"pair {number + 1}: Kith {mine[0]:.1f} s, Tryton's own {theirs[0]:.1f} s, rate {theirs[0] / mine[0]:.2f}; "
                  f"nothing new {mine[2]:.1f} s", flush=True)
    ratio = statistics.median(theirs[0] / mine[0] for theirs, mine in pairs)
    if os.environ.get("BENCH_WRITE", "1") != "0":
        (ROOT / "docs" / "bench-deliver.md").write_text(page(count, pairs, ratio))
    print(f"the rate is {ratio:.2f} of Tryton's own; at least {LEAST_RATIO:.2f} is wanted")
    return 0 if ratio >= LEAST_RATIO else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench_deliver: {failure}")
