#!/usr/bin/env python3
"""Applies each planted bug of Tests/Mutants to a copy of the checkout, runs the tests of its promise alone, and
expects them to fail. Prints `N of N killed`; exits 1 if one survives, does not apply or does not compile.

usage: scripts/mutants.py [Pnnn ...]   only these promises
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("KITH_MUTANTS", pathlib.Path.home() / ".cache/kith/mutants"))
TREE = pathlib.Path(os.environ.get("KITH_MUTANTS_TREE", CACHE / "tree"))
BUILD = pathlib.Path(os.environ.get("KITH_MUTANTS_BUILD", CACHE / "build"))
SWIFT = ["--scratch-path", str(BUILD), "--explicit-target-dependency-import-check", "error"]


def promise_tests():
    """The functions of each promise's tests, by number: Swift Testing filters by function, not by sentence."""
    tests = {}
    for file in sorted((ROOT / "Tests").rglob("*.swift")):
        suite = None
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
                    tests.setdefault(number, []).append(f"{suite}/{found['name']}" if suite else found["name"])
    return tests


def copy_tree():
    """Brings the copy to the state of the checkout; unchanged files keep their times, so little is rebuilt."""
    TREE.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["rsync", "-rlpc", "--delete", "--exclude", ".git", "--exclude", ".build*", f"{ROOT}/", f"{TREE}/"], check=True)


def run(command, log):
    with open(log, "a") as out:
        return subprocess.run(command, cwd=TREE, stdout=out, stderr=subprocess.STDOUT).returncode


def verdict(patch, tests):
    number = patch.name[:4]
    log = CACHE / f"{patch.stem}.log"
    log.unlink(missing_ok=True)
    copy_tree()
    if subprocess.run(["git", "apply", "--unsafe-paths", f"--directory={TREE}", str(patch)], cwd="/").returncode:
        return "does not apply"
    if number not in tests:
        return "has no test"
    if run(["swift", "build", "--build-tests"] + SWIFT, log):
        return f"does not compile: {log}"
    names = "|".join(re.escape(name) + r"\b" for name in tests[number])
    status = run(["swift", "test", "--skip-build", "--filter", f"({names})"] + SWIFT, log)
    ran = re.search(r"Test run with (\d+) test", log.read_text())
    if not ran or ran[1] == "0":
        return f"ran no test: {log}"
    return "killed" if status else f"SURVIVED: {log}"


def main():
    wanted = set(sys.argv[1:])
    patches = [p for p in sorted((ROOT / "Tests/Mutants").glob("P*.patch")) if not wanted or p.name[:4] in wanted]
    tests = promise_tests()
    CACHE.mkdir(parents=True, exist_ok=True)
    if not BUILD.exists() and os.environ.get("KITH_BUILD") and pathlib.Path(os.environ["KITH_BUILD"]).exists():
        shutil.copytree(os.environ["KITH_BUILD"], BUILD, symlinks=True)
    killed = 0
    for patch in patches:
        start = time.time()
        said = verdict(patch, tests)
        killed += said == "killed"
        print(f"{patch.stem}: {said} ({time.time() - start:.0f} s)", flush=True)
    copy_tree()
    print(f"{killed} of {len(patches)} killed")
    return 0 if killed == len(patches) and patches else 1


if __name__ == "__main__":
    sys.exit(main())
