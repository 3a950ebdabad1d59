#!/usr/bin/env python3
"""Pictures of the main pages of the demo, as docs/screens shows them.

usage: screens.py KITH FOLDER
"""
import io
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

from PIL import Image

from browser import DESK, PHONE, Chromium, Fault, Hand, Report

# The looks at each page: the name's end, the view, the scheme.
DESK_LIGHT, PHONE_DARK, DESK_DARK = ("", DESK, "light"), ("-phone", PHONE, "dark"), ("-dark", DESK, "dark")
# Name, how one gets there in the demo, and how it is looked at.
PICTURES = [
    ("today", ["Today"], [DESK_LIGHT, PHONE_DARK]),
    ("people", ["People"], [DESK_LIGHT]),
    ("person", ["People", "Bob Brown"], [DESK_LIGHT, PHONE_DARK]),
    ("buckets", ["Today", "Buckets"], [DESK_LIGHT]),
    ("game", ["Today", "Bucket game"], [DESK_LIGHT, PHONE_DARK]),
    ("data", ["Your data"], [DESK_LIGHT, DESK_DARK]),
    ("ledger", ["Your data", "Who read what, and why"], [DESK_LIGHT]),
    ("promises", ["Your data", "Our promises"], [DESK_LIGHT]),
    ("crm", ["Your CRM", "See what would leave"], [DESK_LIGHT]),
]


def free_port():
    with socket.socket() as open_one:
        open_one.bind(("127.0.0.1", 0))
        return open_one.getsockname()[1]


def demo(kith, folder, port, own):
    """The demo and a house beside it, on a clock of its own, so that two runs show the same."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("KITH_", "XDG_"))}
    environment |= {"HOME": f"{folder}/home", "KITH_DATA": f"{folder}/data", "KITH_CLOCK": "2026-11-23T12:00:00Z"}
    process = subprocess.Popen([kith, "demo", "--listen", f"127.0.0.1:{port}", "--own", f"127.0.0.1:{own}"],
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, waiting = [], {"The demo is served on", "Your own house is served on"}
    for line in process.stdout:
        said.append(line)
        waiting = {words for words in waiting if words not in line}
        if not waiting:
            return process
    raise Fault("the demo does not start: " + "".join(said[-5:]))


def write(picture, path):
    """With few colours: flat pages need no more, and weigh half."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} kB")


def draw(chromium, site, out):
    tell(chromium, site)
    for name, steps, looks in PICTURES:
        for end, view, scheme in looks:
            visit = chromium.visit(site, view, scheme)
            hand = Hand(visit)
            visit.open("/")
            hand.go(steps[0])
            for step in steps[1:]:
                hand.follow(step)
            visit.page.wait_for_load_state()
            write(visit.page.screenshot(), out / f"{name}{end}.png")
            visit.close()


def tell(chromium, site):
    """Ada knows something that her CRM does not know yet, and answers that she owes were looked for."""
    visit = chromium.visit(site)
    hand = Hand(visit)
    visit.open("/")
    for who, what, value in (("Bob Brown", "Organisation", "Brown & Daughters"), ("Ivy Ito", "Telephone", "+1 555 0148")):
        hand.go("People")
        hand.follow(who)
        hand.correct(what, value)
        hand.sees("your word outranks")
    for _ in range(30):
        visit.open("/")
        if not visit.page.get_by_text("looked through for answers").count():
            break
        visit.page.wait_for_timeout(1000)
    visit.close()


def begin(chromium, site, out):
    """The first run in a house of one's own: what connecting a mailbox allows, before it is allowed."""
    visit = chromium.visit(site)
    hand = Hand(visit)
    visit.open("/")
    hand.follow("Begin with your own mail")
    hand.fill("Name of the person or company", "Ada's agency")
    hand.fill("Postal address", "1 Lane, Town")
    hand.fill("E-mail address", "office@example.test")
    hand.press("Go on")
    hand.fill("Your name", "Ada Adler")
    hand.fill("E-mail address", "ada@example.test")
    hand.fill("Password", "a long enough sentence")
    hand.tick(re.compile("I accept the"))
    hand.tick(re.compile("18 years"))
    hand.press("Open the account")
    hand.follow(re.compile("First steps|Connect your mailbox"))
    if not visit.path.startswith("/connect"):
        hand.follow("Connect your mailbox")
    hand.fill("Your e-mail address", "ada@example.test")
    hand.press("Find the server")
    hand.fill("Mail server (IMAP)", "mail.example.test")
    hand.fill("Name to log in by", "ada@example.test")
    hand.press("See what would be read")
    hand.sees(re.compile("Kith reads the mails"))
    for end, view, scheme in (DESK_LIGHT, PHONE_DARK):
        visit.page.set_viewport_size(view)
        visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        write(visit.page.screenshot(), out / f"first-run{end}.png")
    visit.close()


def main():
    kith, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    # Its path stands in the pictures.
    folder = pathlib.Path("/tmp/kith-screens")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "home").mkdir(mode=0o700, parents=True)
    port, own = free_port(), free_port()
    process = demo(kith, folder, port, own)
    try:
        with Chromium(Report()) as chromium:
            site = f"http://127.0.0.1:{port}"
            draw(chromium, site, out)
            begin(chromium, site, out)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
