#!/usr/bin/env python3
"""Does what owners do, in random order, with the real binary, and looks after each step whether all still holds.

Steps: import a growing Maildir, mbox files and address books, merge and unmerge, undo, correct a field by hand, deliver,
edit and add files in the CRM folder, and kill any of them in the middle. After every step:
no gap, the ledger verifies and goes on from the head that was kept before, the databases are intact, no person is in the
CRM twice, what was edited by hand in the folder stands, and what the owner typed stands. At the end everything is delivered
until it rests, exported, restored into an empty folder, and must have the same digest.

usage: scripts/soak.sh
  SOAK_MINUTES=10   SOAK_SEED=…  (printed)   SOAK_FOLDER=DIR  default a temporary folder   KITH_BIN=FILE  the binary
"""
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import invent
from kithrun import Failure, Kith, binary, crm

DONE = (0, 4)
# Steps that may be refused or find nothing to do: a merge of what is merged, an undo of what was undone.
ANY = (0, 1, 3, 4)


class Household:
    """The account, and what its owner knows to have done: what must still stand."""

    def __init__(self, program, folder, chance):
        self.folder, self.chance = folder, chance
        self.kith = Kith(program, folder / "house")
        self.kith.folder.mkdir(parents=True)
        self.crm, self.mails = folder / "crm", folder / "mails"
        self.rounds, self.typed, self.noted, self.head = 0, {}, {}, None
        self.kith.add_account()
        self.grow()
        self.kith.run(*self.kith.import_words(self.mails), expect=DONE)
        self.kith.add_folder(self.crm)

    # Steps.

    def grow(self):
        """More mails in the Maildir, some from new people."""
        self.rounds += 1
        part = self.folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        invent.invent(part, mails=self.chance.randint(20, 120), persons=self.chance.randint(5, 40), seed=self.rounds)
        for file in part.rglob("*"):
            if file.is_file():
                target = self.mails / file.relative_to(part)
                target.parent.mkdir(parents=True, exist_ok=True)
                for sibling in ("new", "tmp"):
                    (target.parent.parent / sibling).mkdir(exist_ok=True)
                file.rename(target.with_name(f"{self.rounds}.{target.name}"))
        for name in invent.FOLDERS:
            for part_name in ("cur", "new", "tmp"):
                (self.mails / name / part_name).mkdir(parents=True, exist_ok=True)

    def take_mails(self):
        if self.chance.random() < 0.6:
            self.grow()
        return self.kith.import_words(self.mails)

    def take_cards(self):
        cards = self.folder / "cards.vcf"
        people = self.chance.sample(invent.people(60), 20)
        cards.write_text("".join(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{address}\r\nFN:{name}\r\nEMAIL:{address}\r\n"
            f"TEL;TYPE=work:+4420794600{at:02}\r\nORG:House {self.chance.randint(1, 9)}\r\nEND:VCARD\r\n"
            for at, (name, address) in enumerate(people)))
        return ["import", "--kind", "vcard", cards, "--warrant"]

    def people(self):
        return self.kith.lines("people", "--limit", "100000", "--kind", "person")

    def merge(self):
        found = self.people()
        return ["merge", *[person["id"] for person in self.chance.sample(found, 2)]] if len(found) > 20 else None

    def unmerge(self):
        merges = [line for line in self.kith.lines("journal") if line["verb"] == "merge" and not line["undone_at"]]
        return ["unmerge", self.chance.choice(merges)["person"]] if merges else None

    def undo(self):
        entries = [line for line in self.kith.lines("journal", "--limit", "30") if not line["undone_at"]]
        return ["undo", self.chance.choice(entries)["id"]] if entries else None

    def type_title(self):
        found = self.people()
        if not found:
            return None
        person, title = self.chance.choice(found)["id"], f"title {self.chance.randint(1, 10 ** 6)}"
        self.kith.run("edit", person, "title", "--set", title)
        self.typed[person] = title
        return None

    def deliver(self):
        return ["sync", "--deliver"]

    def edit_folder(self):
        """The owner writes a note into a record, which Kith never touches."""
        files = sorted((self.crm / "people").glob("*.vcf")) if self.crm.exists() else []
        if files:
            file, note = self.chance.choice(files), f"note {self.chance.randint(1, 10 ** 6)}"
            text = re.sub(rb"X-SOAK:[^\r\n]*\r?\n", b"", file.read_bytes())
            file.write_bytes(text.replace(b"END:VCARD", f"X-SOAK:{note}\r\nEND:VCARD".encode()))
            self.noted[file.name] = note
        return None

    def strange_file(self):
        """Something in the folder that is none of Kith's business."""
        if self.crm.exists():
            (self.crm / f"strange-{self.chance.randint(1, 5)}.vcf").write_bytes(self.chance.randbytes(200))
        return None

    # One step, perhaps cut off.

    def step(self):
        name, expect = self.chance.choices(
            [("take_mails", DONE), ("take_cards", DONE), ("merge", ANY), ("unmerge", ANY), ("undo", ANY),
             ("type_title", ANY), ("deliver", DONE), ("edit_folder", ANY), ("strange_file", ANY)],
            weights=[5, 2, 3, 2, 3, 3, 6, 3, 1])[0]
        words = getattr(self, name)()
        if words and self.chance.random() < 0.35:
            self.cut_off(words)
            name += ", killed"
        elif words:
            self.kith.run(*words, expect=expect)
        if words and words[0] in ("undo", "merge", "unmerge"):
            # What was typed may have been undone or gone over to another person: it is no longer ours to expect.
            self.typed.clear()
        return name

    def cut_off(self, words):
        process = subprocess.Popen([self.kith.program, "--json", *map(str, words)], env=self.kith.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=self.chance.uniform(0, 0.6))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()

    # What must hold.

    def check(self):
        self.kith.run("sync", "--pull", expect=DONE)
        self.kith.check_health()
        self.check_ledger()
        self.check_crm()
        for person, title in self.typed.items():
            page = self.kith.value("person", person)
            if page["title"] != title:
                raise Failure("what the owner typed does not stand")

    def check_ledger(self):
        if self.head:
            self.kith.run("ledger", "--verify", "--head", self.head)
        self.head = self.folder / "head.json"
        self.head.write_text(self.kith.run("ledger", "--head").stdout)

    def check_crm(self):
        held, seen = crm(self.crm), {}
        for name, content in held.items():
            found = re.search(rb"X-KITH-ID:(\S+)", content)
            if found and found[1] in seen:
                raise Failure("a person is in the CRM twice")
            if found:
                seen[found[1]] = name
            if name.endswith(("~", ".tmp")):
                raise Failure(f"a file of a write that was cut off is left: {name[-12:]}")
        for file, note in self.noted.items():
            if f"X-SOAK:{note}".encode() not in held.get(f"people/{file}", b""):
                raise Failure("what was written into the folder by hand is gone")

    def rest(self):
        """Everything is delivered until it rests; a restored export has the same digest."""
        for _ in range(3):
            last = self.kith.lines("sync", "--deliver", expect=DONE)
            waits = [line for line in last if line.get("dry_run")]
            for line in waits:
                plan = self.kith.lines("sync", "--deliver", "--dry-run")[-1]
                self.kith.value("destination", "accept", line["destination"], plan["digest"])
            if not waits and all(line["created"] + line["updated"] == 0 for line in last):
                break
        else:
            raise Failure(f"the delivery does not come to rest: {json.dumps(last)[:300]}")
        secret, export = self.folder / "secret", self.folder / "export"
        secret.write_text("soaked through and through\n")
        export.unlink(missing_ok=True)
        self.kith.run("export", "--passphrase-file", secret, export)
        wanted = self.kith.value("digest")["digest"]
        other = Kith(self.kith.program, self.folder / "restored")
        shutil.rmtree(other.folder, ignore_errors=True)
        other.folder.mkdir()
        other.run("restore", "--passphrase-file", secret, export)
        if other.value("digest")["digest"] != wanted:
            raise Failure("a restored export has another digest")
        other.check_health()


def main():
    minutes = float(os.environ.get("SOAK_MINUTES", "10"))
    seed = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(1 << 31)))
    given = os.environ.get("SOAK_FOLDER")
    folder = pathlib.Path(given or tempfile.mkdtemp(prefix="kith-soak-")).resolve() / f"run-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"SOAK_SEED={seed} SOAK_MINUTES={minutes:g}", flush=True)
    program, end, passed, counts = binary(), time.monotonic() + minutes * 60, 0, {}
    name = "making the household"
    try:
        house = Household(program, folder, random.Random(seed))
        while time.monotonic() < end:
            name = house.step()
            house.check()
            counts[name] = counts.get(name, 0) + 1
            passed += 1
            if passed % 50 == 0:
                size = sum(file.stat().st_size for file in house.kith.data.rglob("*") if file.is_file()) >> 20
                print(f"{passed} steps, {len(house.people())} people, {size} MB, largest process "
                      f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MB", flush=True)
        name = "coming to rest, export and restore"
        house.rest()
        passed += 1
    except Failure as error:
        print(f"FAILED at step {passed + 1} ({name}): {error}\nkept in {folder}\n{passed} passed, 1 failed")
        return 1
    print(", ".join(f"{count} × {name}" for name, count in sorted(counts.items())))
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
