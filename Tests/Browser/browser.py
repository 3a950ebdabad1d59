"""Debian's Chromium as the tests drive it: visits that are watched, and a hand that points, or has keys alone."""
import contextlib
import pathlib
import re
import sys
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
# Long, because ten tests may share two processors; nothing waits so long unless it hangs.
PATIENCE = 120_000

# Notes what pages use to tell one device from another (P061), and to be let push (P090); a page of ours uses none of it.
PROBES = """
(() => {
  globalThis.probes = [];
  const watch = (owner, name) => {
    const was = owner && owner.prototype && Object.getOwnPropertyDescriptor(owner.prototype, name);
    if (!was) return;
    const note = function (...given) {
      globalThis.probes.push(owner.name + '.' + name);
      return was.value ? was.value.apply(this, given) : was.get.call(this);
    };
    Object.defineProperty(owner.prototype, name, was.value ? {...was, value: note} : {...was, get: note});
  };
  for (const name of ['getContext', 'toDataURL', 'toBlob']) watch(globalThis.HTMLCanvasElement, name);
  watch(globalThis.FontFaceSet, 'check');
  for (const name of ['createOscillator', 'createAnalyser']) watch(globalThis.BaseAudioContext, name);
  for (const name of ['plugins', 'hardwareConcurrency', 'deviceMemory', 'languages']) watch(globalThis.Navigator, name);
  watch(globalThis.RTCPeerConnection, 'createDataChannel');
  watch(globalThis.PushManager, 'subscribe');
  watch(globalThis.ServiceWorkerContainer, 'register');
  if (globalThis.Notification) Notification.requestPermission = async () => {
    globalThis.probes.push('Notification.requestPermission');
    return 'denied';
  };
})();
"""


# What axe finds, in words.
AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}});
  return found.violations.map(one => one.id + ' ' + one.nodes.slice(0, 3).map(node => node.target.join(' ')
    + (node.any[0] && node.any[0].message ? ' (' + node.any[0].message + ')' : '')).join('; '));
}"""


class Fault(Exception):
    """A journey cannot go on: what it looks for is not there."""


class Report:
    """One line for each thing looked at; the caller reads them."""

    def __init__(self):
        self.faults = 0

    def look(self, sentence, holds, why=""):
        why = " ".join(str(why).split())[:600]
        print(f"ok {sentence}" if holds else f"NOT {sentence}: {why}", flush=True)
        self.faults += not holds
        return holds

    def end(self):
        sys.exit(1 if self.faults else 0)


class Visit:
    """A browser context with one page: everything it asks for, sets and complains of is kept."""

    def __init__(self, browser, site, view, scheme, script, report):
        self.site, self.report = site.rstrip("/"), report
        self.foreign, self.errors, self.broken, self.asked = [], [], [], []
        self.context = browser.new_context(
            viewport=view, color_scheme=scheme, java_script_enabled=script, reduced_motion="reduce",
            has_touch=view is PHONE)
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(PROBES)
        self.page = self.context.new_page()
        self.page.on("request", self._request)
        self.page.on("response", lambda answer: answer.status >= 500 and self.broken.append(answer.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)

    def _request(self, request):
        self.asked.append(request.url)
        if not request.url.startswith((self.site + "/", "data:")) and request.url != "about:blank":
            self.foreign.append(request.url)

    def _console(self, message):
        # Chromium says of every 4xx that it failed to load; the pages that are to be refused are looked at as such.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def sign_in(self, password, email="ada@example.test"):
        """By the form, for no browser takes a cookie of this name in another way."""
        self.open("/sign-in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.site + "/")

    def open(self, path):
        return self.page.goto(self.site + path)

    @property
    def path(self):
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def cookies(self):
        return {cookie["name"] for cookie in self.context.cookies()}

    def close(self):
        self.context.close()


class Chromium:
    """One process for all visits of a run."""

    def __init__(self, report):
        self.report = report

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.browser = self.stack.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM)
        return self

    def __exit__(self, *of):
        self.browser.close()
        self.stack.close()

    def visit(self, site, view=DESK, scheme="light", script=True):
        return Visit(self.browser, site, view, scheme, script, self.report)


class Hand:
    """Does on a page what its reader does, with a pointer."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page

    def find(self, role, name):
        found = self.page.get_by_role(role, name=name).filter(visible=True).first
        try:
            found.wait_for(timeout=20_000)
        except Exception:
            raise Fault(f"there is no {role} '{getattr(name, 'pattern', name)}' on {self.visit.path}") from None
        return found

    def go(self, place):
        """To a place of the navigation."""
        self._press(self.page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True))

    def press(self, name, role="button"):
        self._press(self.find(role, name))

    def press_exactly(self, name):
        self._press(self.page.get_by_role("button", name=name, exact=True).filter(visible=True).first)

    def follow(self, name):
        self.press(name, role="link")

    def fill(self, label, text):
        self._fill(self._field(label), text)

    def fill_last(self, label, text):
        """Of several fields of one name the last."""
        self._fill(self.page.get_by_label(label, exact=True).filter(visible=True).last, text)

    def tick(self, label):
        self._tick(self._field(label))

    def choose(self, label, option):
        self._choose(self._field(label), option)

    def correct(self, what, value):
        """On a person's page."""
        self.unfold("Correct or add")
        self._choose(self.find("combobox", re.compile("^What")), what)
        self._fill(self.find("textbox", re.compile("^Is")), value)
        self.press("Keep it so")

    def unfold(self, text):
        self._unfold(self.page.locator("summary", has_text=text).first)

    def _unfold(self, element):
        element.click()

    def await_words(self, text, seconds=120):
        """Looks at the page again and again until the words stand there, as its reader would without script."""
        for _ in range(seconds):
            if self.page.get_by_text(text).count():
                return True
            self.page.wait_for_timeout(1000)
            if not self.page.get_by_text(text).count():
                self.page.reload()
        return False

    def _field(self, label):
        found = self.page.get_by_label(label).filter(visible=True).first
        try:
            found.wait_for(timeout=20_000)
        except Exception:
            raise Fault(f"there is no field '{getattr(label, 'pattern', label)}' on {self.visit.path}") from None
        return found

    def _press(self, element):
        element.click()

    def _fill(self, element, text):
        element.fill(text)

    def _tick(self, element):
        element.check()

    def _choose(self, element, option):
        element.select_option(label=option)

    def sees(self, text):
        """Whether the words stand on the page, after what is on its way has arrived."""
        try:
            self.page.get_by_text(text).first.wait_for(state="attached", timeout=20_000)
        except Exception:
            return False
        return True

    def is_at(self, path):
        with contextlib.suppress(Exception):
            self.page.wait_for_url(re.compile(re.escape(self.visit.site) + path), timeout=20_000)
        return re.match(path, self.visit.path) is not None


class Keys(Hand):
    """Does the same by keyboard alone, and holds that the focus is seen at every stop."""

    # What has the focus: whether it is the element wanted, and whether a ring is drawn around it.
    STOP = """wanted => {
      const at = document.activeElement, style = at && getComputedStyle(at);
      return {there: at === wanted, on: at ? at.tagName : '', words: at ? (at.getAttribute('name') || at.textContent.trim().slice(0, 40)) : '',
        seen: !at || at === document.body || at.tagName === 'HTML' || at.id === 'main'
          || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)};
    }"""
    unseen = None

    def _reach(self, element):
        handle = element.element_handle()
        for _ in range(500):
            stop = handle.evaluate(self.STOP)
            if not stop["seen"]:
                self.unseen = self.unseen or f"{stop['on']} '{stop['words']}' on {self.visit.path}"
            if stop["there"]:
                return
            self.page.keyboard.press("Tab")
        raise Fault(f"the keyboard does not reach '{element.inner_text()[:40]}' on {self.visit.path}")

    def _press(self, element):
        self._reach(element)
        before = self.page.url
        with contextlib.suppress(Exception):
            with self.page.expect_navigation(timeout=5_000):
                self.page.keyboard.press("Enter")
        return before

    def _fill(self, element, text):
        self._reach(element)
        self.page.keyboard.press("Control+A")
        if len(text) > 100:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.type(text)

    def _unfold(self, element):
        self._reach(element)
        self.page.keyboard.press("Enter")

    def _tick(self, element):
        self._reach(element)
        if not element.is_checked():
            self.page.keyboard.press("Space")

    def _choose(self, element, option):
        self._reach(element)
        self.page.keyboard.type(option)


def axe(python=pathlib.Path(sys.prefix)):
    """The source of axe, as the package of the browser's folder has it."""
    found = sorted(python.glob("lib/python*/site-packages/axe_playwright_python/axe.min.js"))
    if not found:
        raise Fault(f"there is no axe in {python}")
    return found[0].read_text(encoding="utf-8")
