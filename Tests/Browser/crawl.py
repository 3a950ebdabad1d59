#!/usr/bin/env python3
"""Goes to every page that links and forms of the site lead to, and looks at each.

usage: crawl.py SITE WHAT [--password WORDS] [--start PATH]… [--stranger PATH]… [--declared NAME]…

WHAT is `axe`: nothing for axe to find in light and dark, on a phone and at a desk, and nothing wider than the screen;
or `keeps`: no request to anybody else, no cookie that is not declared, nothing that tells one device from another or asks to push.
Starts are where the walk begins, beside the first page; strangers' pages are looked at before signing in.
"""
import argparse
import re
import sys
from urllib.parse import parse_qsl, urlsplit

from browser import AXE, DESK, PHONE, Chromium, Report, axe

LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href)"
# These are no pages.
LEFT_OUT = re.compile(r"^/health")
# A page without its pictures (house: 100 kB).
HEAVIEST = 100_000

# What is wider than the screen, unless it lies in something that scrolls by itself.
WIDE = """() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return null;
  const scrolls = node => node && node !== document.body
    && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
  const widest = [...document.body.querySelectorAll('*')].filter(node => !scrolls(node.parentElement))
    .filter(node => node.scrollWidth > node.clientWidth + 1 || node.getBoundingClientRect().right > innerWidth + 1)
    .slice(-3);
  return over + ' px: ' + widest.map(node => node.tagName + '.' + node.className + ' ' + node.textContent.trim().slice(0, 30)).join('; ');
}"""
INLINE = """() => [...document.querySelectorAll('*')].flatMap(node => [...node.attributes]
  .filter(one => one.name === 'style' || one.name.startsWith('on') || /^\\s*javascript:/i.test(one.value))
  .map(one => node.tagName + ' ' + one.name)).slice(0, 5).join('; ')"""
KEPT = "() => document.cookie + Object.keys(localStorage).join() + Object.keys(sessionStorage).join()"


def shape(url):
    """An address without its ids and values: pages of one shape are looked at once."""
    parts = urlsplit(url)
    path = re.sub(r"(?<=/)([a-z]+_[0-9a-z]{8,}|[0-9a-f]{16,})(?=/|$)", "*", parts.path)
    return path + "?" + "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))


def pages(visit, starts):
    """Goes through the site, and yields each page with its answer once it stands."""
    waiting, known = list(starts), {shape(start) for start in starts}
    while waiting:
        path = waiting.pop(0)
        answer = visit.open(path)
        yield path, answer
        for link in visit.page.evaluate(LINKS):
            if not link.startswith(visit.site + "/"):
                continue
            path = link.removeprefix(visit.site).split("#")[0]
            if shape(path) not in known and not LEFT_OUT.match(path):
                known.add(shape(path))
                waiting.append(path)


def look_with_axe(visit, starts, report):
    source, seen = axe(), 0
    for path, answer in pages(visit, starts):
        if "html" not in answer.headers.get("content-type", ""):
            continue
        seen += 1
        visit.page.evaluate(source)
        for view, width in ((DESK, "desk"), (PHONE, "phone")):
            visit.page.set_viewport_size(view)
            wide = visit.page.evaluate(WIDE)
            report.look(f"{path} is no wider than a {width}", wide is None, wide)
            for scheme in ("light", "dark"):
                visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = visit.page.evaluate(AXE)
                report.look(f"axe finds nothing on {path}, {width}, {scheme}", not found, " | ".join(found))
    return seen


def look_what_it_keeps(visit, starts, declared, report):
    seen = 0
    for path, answer in pages(visit, starts):
        seen += 1
        size = len(answer.body())
        report.look(f"{path} weighs no more than it may", size <= HEAVIEST, f"{size} bytes")
        if "html" in answer.headers.get("content-type", ""):
            report.look(f"{path} has no style and no script in it", not visit.page.evaluate(INLINE),
                        visit.page.evaluate(INLINE))
            report.look(f"{path} keeps nothing in the browser", not visit.page.evaluate(KEPT), visit.page.evaluate(KEPT))
            probes = visit.page.evaluate("() => globalThis.probes")
            report.look(f"{path} tells no device from another, and asks for no leave to push", not probes, probes)
    report.look("no page asks anybody else for anything", not visit.foreign, visit.foreign[:5])
    report.look("no page breaks its own rules", not visit.errors, visit.errors[:5])
    report.look("no page is in trouble", not visit.broken, visit.broken[:5])
    report.look("only declared cookies are set", visit.cookies() <= set(declared), visit.cookies())
    return seen


def main():
    words = argparse.ArgumentParser()
    words.add_argument("site")
    words.add_argument("what", choices=["axe", "keeps"])
    words.add_argument("--password")
    words.add_argument("--start", action="append", default=[])
    words.add_argument("--stranger", action="append", default=[])
    words.add_argument("--declared", action="append", default=[])
    given = words.parse_args()
    report = Report()

    def look(visit, starts):
        if given.what == "axe":
            return look_with_axe(visit, starts, report)
        return look_what_it_keeps(visit, starts, given.declared, report)

    with Chromium(report) as chromium:
        visit = chromium.visit(given.site)
        seen = look(visit, given.stranger)
        if given.password:
            visit.sign_in(given.password)
            seen += look(visit, ["/", *given.start])
    report.look(f"{seen} pages were looked at", seen > 0)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
