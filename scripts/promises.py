#!/usr/bin/env python3
"""Keeps docs/promises.md true: writes its columns of tests and mutants, or checks them. The site shows the same page:
what it shows is written into Sources/Site/Pages/Promises/PromiseRegister.swift.

    scripts/promises.py           rewrites the last two columns and the count
    scripts/promises.py --check   changes nothing; exit 1 and one line for each fault

A test belongs to a promise if its name begins with the number: @Test("P016 a revoked source …"). A mutant belongs to
it if its file does: Tests/Mutants/P016-….patch. The first three columns are written by hand.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "promises.md"
REGISTER = ROOT / "Sources" / "Site" / "Pages" / "Promises" / "PromiseRegister.swift"
TEST = re.compile(r'@Test\(\s*"((?:P\d{3},? )+)((?:[^"\\]|\\.)*)"')
ROW = re.compile(r"^\| (P\d{3})( V)? \|")
COUNT = re.compile(r"<!-- count -->.*?<!-- /count -->", re.S)
DOCUMENTS = ["SECURITY.md", "CONTRIBUTING.md", "docs/**/*.md"]
NAMED = re.compile(r"`([A-Za-z]+/[A-Za-z0-9/+_.-]+\.(?:swift|sql|cpp|h|py))`")


def tests():
    found = {}
    for path in sorted((ROOT / "Tests").rglob("*.swift")):
        for match in TEST.finditer(path.read_text(encoding="utf-8")):
            name = match.group(2).replace('\\"', '"').replace("|", "\\|")
            for number in re.findall(r"P\d{3}", match.group(1)):
                found.setdefault(number, []).append(f"{name} (`{path.stem}`)")
    return found


def mutants():
    found = {}
    for path in sorted((ROOT / "Tests" / "Mutants").glob("P*.patch")):
        found.setdefault(path.name[:4], []).append(f"`{path.name}`")
    return found


def count(tests, mutants):
    return (
        "<!-- count -->\n"
        f"{len(tests)} of 126 promises have a test of their own, {len(mutants)} of them a planted bug as well.\n"
        "<!-- /count -->"
    )


def written(text, tests, mutants):
    lines = []
    for line in text.split("\n"):
        row = ROW.match(line)
        if row:
            number = row.group(1)
            hand = re.split(r"(?<!\\)\|", line)[1:4]
            made = [f" {'<br>'.join(all) or 'not yet'} " for all in (tests.get(number, []), mutants.get(number, []))]
            line = "|" + "|".join(hand + made) + "|"
        lines.append(line)
    return COUNT.sub(lambda _: count(tests, mutants), "\n".join(lines))


def register(text):
    """The rows of the page as a table that the site reads: number, V, in short, what holds it, tests, planted bugs."""
    rows = []
    for line in text.split("\n"):
        row = ROW.match(line)
        if row:
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[2:6]]
            short, holds, named, planted = [cell.replace("`", "").replace("\t", " ") for cell in cells]
            rows.append("\t".join([row.group(1), "V" if row.group(2) else "", short, holds, named, planted]))
    table = "\n".join("    " + row for row in rows)
    return (
        "/// The register of promises as docs/promises.md has it; written by scripts/promises.py.\n"
        "enum PromiseRegister {\n"
        '  static let table = #"""\n' + table + '\n    """#\n}\n'
    )


def faults(text, tests, mutants):
    rows = [match.group(1) for match in map(ROW.match, text.split("\n")) if match]
    if rows != [f"P{number:03}" for number in range(1, 127)]:
        yield "docs/promises.md: the rows are not P001 to P126, each once and in order"
    for number in sorted((set(tests) | set(mutants)) - set(rows)):
        yield f"{number}: there is no such promise"
    if text != written(text, tests, mutants):
        yield "docs/promises.md: run scripts/promises.py, the page does not name the tests and mutants there are"
    if not REGISTER.exists() or REGISTER.read_text(encoding="utf-8") != register(text):
        yield f"{REGISTER.relative_to(ROOT)}: run scripts/promises.py, it is not what the page says"
    for pattern in DOCUMENTS:
        for page in sorted(ROOT.glob(pattern)):
            for named in NAMED.findall(page.read_text(encoding="utf-8")):
                if not any((folder / named).exists() for folder in (ROOT, ROOT / "Sources")):
                    yield f"{page.relative_to(ROOT)}: there is no file {named}"


def main():
    text = PAGE.read_text(encoding="utf-8")
    found, planted = tests(), mutants()
    if "--check" in sys.argv[1:]:
        all = list(faults(text, found, planted))
        for fault in all:
            print(fault, file=sys.stderr)
        sys.exit(1 if all else 0)
    text = written(text, found, planted)
    PAGE.write_text(text, encoding="utf-8")
    REGISTER.parent.mkdir(parents=True, exist_ok=True)
    REGISTER.write_text(register(text), encoding="utf-8")


if __name__ == "__main__":
    main()
