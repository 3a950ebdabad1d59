#!/usr/bin/env python3
"""Opens each document of a file in Chromium without any other wall, and says what runs or is asked for.

usage: sanitise.py FILE

FILE holds a list of `{"name", "raw", "safe"}`. The raw ones show that the look-out sees something; of the safe ones
none may run a script, ask for anything, or lead anywhere but to a web page, a mailbox or a telephone.
"""
import json
import pathlib
import sys

from browser import Chromium, Report

HOST = "http://mail.test"
# So many documents share a page, each in a frame of its own, which is no sandbox.
BATCH = 25
# Whatever a script does first in such cases.
HOOKS = """
globalThis.ran = globalThis.ran || [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'fetch', 'xss', 'x']) {
  globalThis[name] = () => { try { top.ran.push(globalThis.name); } catch { globalThis.ran.push('a frame'); } };
}
"""
FRAMES = """documents => new Promise(done => {
  let left = documents.length;
  for (const [name, text] of documents) {
    const frame = document.createElement('iframe');
    frame.name = name;
    frame.onload = () => { left -= 1; if (left === 0) setTimeout(done, 300); };
    frame.srcdoc = text;
    document.body.append(frame);
  }
})"""
LOOK = """() => [...document.querySelectorAll('iframe')].map(frame => {
  const bad = [], inside = frame.contentDocument;
  for (const node of inside.querySelectorAll('*')) {
    for (const one of node.attributes) if (/^on/i.test(one.name)) bad.push(node.tagName + ' ' + one.name);
    if (/^(script|iframe|object|embed|form|input|base|link|svg|math|template)$/i.test(node.localName)) bad.push(node.tagName);
    if (node.localName === 'a' && node.hasAttribute('href')) {
      if (!/^(https?|mailto|tel):$/.test(node.protocol)) bad.push('a ' + node.protocol);
      if (!/noopener/.test(node.rel) || !/noreferrer/.test(node.rel)) bad.push('a without rel');
    }
  }
  return [frame.name, bad];
})"""


def look(chromium, documents, inside):
    """What ran, was asked for or, with `inside`, stood in it, by the name of the document."""
    found = {name: [] for name, _ in documents}
    visit = chromium.visit(HOST)
    visit.context.add_init_script(HOOKS)
    visit.page.on("dialog", lambda dialog: dialog.dismiss())

    def answer(route):
        if route.request.url == HOST + "/":
            return route.fulfill(body="<!doctype html><body>", content_type="text/html")
        if not route.request.url.endswith("/favicon.ico"):
            found.setdefault(route.request.frame.name, []).append("asks for " + route.request.url)
        return route.abort()

    visit.context.route("**/*", answer)
    for start in range(0, len(documents), BATCH):
        visit.page.goto(HOST + "/")
        visit.page.evaluate(FRAMES, documents[start:start + BATCH])
        for name in visit.page.evaluate("() => globalThis.ran"):
            found.setdefault(name, []).append("runs a script")
        for name, bad in visit.page.evaluate(LOOK) if inside else []:
            found[name] += bad
    visit.close()
    return found


def main():
    cases = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    report = Report()
    with Chromium(report) as chromium:
        raw = look(chromium, [(case["name"], case["raw"]) for case in cases], False).values()
        ran = sum("runs a script" in one for one in raw)
        asked = sum(any(word.startswith("asks") for word in one) for one in raw)
        report.look(f"the look-out sees what the raw ones do: {ran} run, {asked} ask", ran >= 10 and asked >= 10)
        for name, found in look(chromium, [(case["name"], case["safe"]) for case in cases], True).items():
            report.look(f"{name} does nothing", not found, found)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
