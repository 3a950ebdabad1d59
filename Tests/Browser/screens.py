#!/usr/bin/env python3
"""Pictures of the main pages of the demo, as docs/screens shows them.

usage: screens.py KITH FOLDER
"""
import io
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

from PIL import Image

from browser import DESK, PHONE, Chromium, Fault, Hand, Report

# Name, how one gets there, and how it is looked at.
PICTURES = [
    ("today", ["Today"], DESK, "light"),
    ("today-phone", ["Today"], PHONE, "dark"),
    ("people", ["People"], DESK, "light"),
    ("people-phone", ["People"], PHONE, "light"),
    ("person", ["People", "Bob Brown"], DESK, "light"),
    ("person-phone", ["People", "Bob Brown"], PHONE, "dark"),
    ("crm", ["Your CRM"], DESK, "light"),
    ("data", ["Your data"], DESK, "dark"),
    ("ledger", ["Your data", "Who read what, and why"], DESK, "light"),
    ("account", ["Account"], DESK, "dark"),
]


def free_port():
    with socket.socket() as open_one:
        open_one.bind(("127.0.0.1", 0))
        return open_one.getsockname()[1]


def demo(kith, folder, port):
    """The demo on a clock of its own, so that two runs show the same."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("KITH_", "XDG_"))}
    environment |= {"HOME": folder, "KITH_CLOCK": "2026-11-23T12:00:00Z"}
    process = subprocess.Popen([kith, "demo", "--listen", f"127.0.0.1:{port}"], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = []
    for line in process.stdout:
        said.append(line)
        if "is served on" in line:
            return process
    raise Fault("the demo does not start: " + "".join(said[-5:]))


def write(picture, path):
    """With few colours: flat pages need no more, and weigh a third."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} kB")


def draw(chromium, site, out):
    for name, steps, view, scheme in PICTURES:
        visit = chromium.visit(site, view, scheme)
        hand = Hand(visit)
        visit.open("/")
        hand.go(steps[0])
        for step in steps[1:]:
            hand.follow(step)
        write(visit.page.screenshot(), out / f"{name}.png")
        visit.close()


def main():
    kith, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = demo(kith, folder, port)
        try:
            with Chromium(Report()) as chromium:
                draw(chromium, f"http://127.0.0.1:{port}", out)
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
