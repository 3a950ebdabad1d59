"""Runs the real binary for the scripts beside this file: where it is, how it is called, what it must hold."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OWNER = "ada@example.test"


class Failure(Exception):
    """Something that must hold does not, or a command ended as it must not."""


def binary(configuration="debug"):
    """KITH_BIN, or else what SwiftPM builds from this checkout (scratch path: KITH_BUILD)."""
    given = os.environ.get("KITH_BIN")
    if given:
        return pathlib.Path(given).resolve()
    scratch = os.environ.get("KITH_BUILD", str(ROOT / ".build"))
    if configuration == "release" and "KITH_BUILD" in os.environ:
        scratch += "-release"
    command = ["swift", "build", "-c", configuration, "--product", "kith", "--scratch-path", scratch,
               "--explicit-target-dependency-import-check", "error"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    shown = subprocess.run([*command, "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "kith"


class Kith:
    """One data folder and its key, and the binary that works on it."""

    def __init__(self, program, folder, clock=None):
        self.program, self.folder = str(program), pathlib.Path(folder)
        self.data, self.key = self.folder / "data", self.folder / "operator.key"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("KITH_", "XDG_"))}
        self.environment["KITH_DATA"] = str(self.data)
        self.environment["KITH_OPERATOR_KEY_FILE"] = str(self.key)
        self.environment["HOME"] = str(self.folder)
        if clock:
            self.set_clock(clock)

    def set_clock(self, start):
        """Lets the next commands begin at an instant."""
        self.environment["KITH_CLOCK"] = start

    def run(self, *words, before=(), expect=(0,), limit=300):
        """The finished process; a `Failure` if its exit code is none of those expected."""
        command = [*map(str, before), self.program, "--json", *map(str, words)]
        try:
            done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"'kith {words[0]}' did not end within {limit} s") from None
        if expect is not None and done.returncode not in expect:
            raise Failure(f"'kith {' '.join(map(str, words[:2]))}' ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return done

    def lines(self, *words, expect=(0,)):
        """What a command prints, line by line as JSON."""
        return [json.loads(line) for line in self.run(*words, expect=expect).stdout.splitlines() if line.strip()]

    def value(self, *words, expect=(0,)):
        return self.lines(*words, expect=expect)[0]

    def add_account(self):
        digest = self.lines("policy")[0]["digest"]
        self.value("account", "add", "--email", OWNER, "--name", "Ada", "--accept-policy", digest)

    def import_words(self, maildir):
        return ["import", "--kind", "maildir", maildir, "--depth", "whole", "--owner", OWNER, "--warrant"]

    def add_folder(self, path):
        """A folder as CRM, accepted after a dry run."""
        destination = self.value("destination", "add", "folder", "--path", path)["id"]
        plan = self.lines("sync", "--deliver", "--dry-run")[-1]
        self.value("destination", "accept", destination, plan["digest"])
        return destination

    # What must hold after every run.

    def logical_digest(self):
        return self.value("digest", "--logical")["digest"]

    def gaps(self):
        return sum(line["gap"] or 0 for line in self.lines("status"))

    def held(self):
        return {line["folder"]: (line["on_server"], line["held"]) for line in self.lines("status")}

    def check_health(self):
        """No gap, an intact ledger, a content doctor, and database files that SQLite finds no fault with."""
        if self.gaps() != 0:
            raise Failure(f"a gap of {self.gaps()} is left")
        self.run("ledger", "--verify")
        self.run("doctor")
        for file in sorted(self.data.rglob("*.sqlite")):
            with sqlite3.connect(file) as database:
                found = database.execute("PRAGMA integrity_check").fetchall()
            database.close()
            if found != [("ok",)]:
                raise Failure(f"{file.name} is damaged")

    def files(self):
        """The sealed files beside the stores, by folder and number; names are ids."""
        blobs = self.data / "blobs"
        sizes = sorted(file.stat().st_size for file in blobs.rglob("*") if file.is_file()) if blobs.exists() else []
        return sizes


def crm(folder):
    """A folder that serves as a CRM: its files by name with their bytes."""
    folder = pathlib.Path(folder)
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def copy(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
