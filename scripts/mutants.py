#!/usr/bin/env python3
"""Applies each planted bug of Tests/Mutants to a copy of the checkout, runs the tests of its promise alone, and
expects them to fail. Prints `N of N killed`; exits 1 if one survives, does not apply or does not compile.

usage: scripts/mutants.py [Pnnn ...]   only these promises
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Seconds after which a build or a test run counts as hung.
LIMIT = 900
CACHE = pathlib.Path(os.environ.get("KITH_MUTANTS", pathlib.Path.home() / ".cache/kith/mutants"))
TREE = pathlib.Path(os.environ.get("KITH_MUTANTS_TREE", CACHE / "tree"))
# One folder for all rooms: what they are built on is compiled once.
BUILD = pathlib.Path(os.environ.get("KITH_MUTANTS_BUILD", CACHE / "build"))
ROOMS = ["Model", "Consent", "Formats", "Insight", "Plans", "Store", "Wire", "Readers", "Outlets", "Flows", "House"]


def promise_tests():
    """The functions of each promise's tests, by number and room: Swift Testing filters by function, not by sentence."""
    tests = {}
    for file in sorted((ROOT / "Tests").rglob("*.swift")):
        suite = None
        room = file.relative_to(ROOT / "Tests").parts[0].removesuffix("Tests")
        text = file.read_text()
        pattern = re.compile(
            r"(?:^|\n)(?:@Suite[^\n]*\n)?(?:final )?(?:struct|class|actor|enum) (?P<suite>\w+)"
            r"|@Test\(\s*\"(?P<promises>P\d{3}[^\"]*)\"(?:.|\n)*?func (?P<name>`[^`]+`|\w+)"
        )
        for found in pattern.finditer(text):
            if found["suite"]:
                suite = found["suite"]
            else:
                for number in re.findall(r"\bP\d{3}\b", found["promises"]):
                    name = f"{suite}/{found['name']}" if suite else found["name"]
                    tests.setdefault(number, {}).setdefault(room, []).append(name)
    return tests


def copy_tree():
    """Brings the copy to the state of the checkout; unchanged files keep their times, so little is rebuilt."""
    TREE.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["rsync", "-rlpc", "--delete", "--exclude", ".git", "--exclude", ".build*", f"{ROOT}/", f"{TREE}/"], check=True)


def end(process):
    """Ends a test run and the servers it started, which are in its session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        subprocess.run(["pkill", f"-{number.value}", "-s", str(process.pid)])
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue


def run(command, room, log):
    """Its exit code, or `hung`; a test run is ended at the first failure, for one is enough."""
    flags = ["--scratch-path", str(BUILD), "--explicit-target-dependency-import-check", "error"]
    rooms = {} if room == "House" else {"KITH_ROOM": room}
    begun, start = time.monotonic(), log.stat().st_size if log.exists() else 0
    with open(log, "a") as out:
        process = subprocess.Popen(
            ["swift"] + command + flags, cwd=TREE, stdout=out, stderr=subprocess.STDOUT, env=os.environ | rooms,
            stdin=subprocess.DEVNULL, start_new_session=True)
    while True:
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if command[0] == "test" and b"recorded an issue" in log.read_bytes()[start:]:
                end(process)
                return 1
            if time.monotonic() - begun > LIMIT:
                # A bug that makes a test hang is noticed as well.
                end(process)
                return "hung"


def tried(room, names, log):
    """Runs one room's tests of the promise: `killed`, `survived`, or what hindered it."""
    if run(["build", "--build-tests"], room, log):
        return f"does not compile: {log}"
    start = log.stat().st_size
    filter = "|".join(re.escape(name) + r"\b" for name in names)
    status = run(["test", "--skip-build", "--filter", f"({filter})"], room, log)
    said = log.read_bytes()[start:].decode(errors="replace")
    ran = re.search(r"Test run with (\d+) test", said)
    if status != "hung" and "recorded an issue" not in said and (not ran or ran[1] == "0"):
        return f"ran no test: {log}"
    return "killed" if status else "survived"


def verdict(patch, tests):
    number = patch.name[:4]
    log = CACHE / f"{patch.stem}.log"
    log.unlink(missing_ok=True)
    copy_tree()
    if subprocess.run(["git", "apply", "--unsafe-paths", f"--directory={TREE}", str(patch)], cwd="/").returncode:
        return "does not apply"
    if number not in tests:
        return "has no test"
    touched = re.findall(r"^\+\+\+ b/Sources/(\w+)/", patch.read_text(), re.M)
    first = max((ROOMS.index(room) for room in touched if room in ROOMS), default=0)
    said = "SURVIVED"
    # The lowest room whose tests can see the bug comes first: it builds in seconds.
    for room in ROOMS[first:]:
        if room not in tests[number]:
            continue
        said = tried(room, tests[number][room], log)
        if said != "survived":
            return f"{said} in {room}"
    return f"SURVIVED: {log}"


def main():
    wanted = set(sys.argv[1:])
    patches = [p for p in sorted((ROOT / "Tests/Mutants").glob("P*.patch")) if not wanted or p.name[:4] in wanted]
    tests = promise_tests()
    CACHE.mkdir(parents=True, exist_ok=True)
    killed = 0
    for patch in patches:
        start = time.time()
        said = verdict(patch, tests)
        killed += said.startswith("killed")
        print(f"{patch.stem}: {said} ({time.time() - start:.0f} s)", flush=True)
    copy_tree()
    print(f"{killed} of {len(patches)} killed")
    return 0 if killed == len(patches) and patches else 1


if __name__ == "__main__":
    sys.exit(main())
