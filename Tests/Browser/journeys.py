#!/usr/bin/env python3
"""Does every job of the site end to end, as somebody would, and says of each step whether it went.

usage: journeys.py WAY [--empty SITE PATH MAILBOX] [--house SITE PATH] [--household SITE PATH]

WAY is `phone`, `desk`, `no-script` or `keys`. On the empty site nothing is there yet, PATH is where it is set up, and
MAILBOX names a file with a mail server to connect (host, port, user, password, authority). In the house the household of
the cast is there, and PATH is the link by which its owner chooses a password; in the household there is also a mail with an
attachment, somebody twice, and a conflict with the CRM.
"""
import argparse
import json
import pathlib
import re
import sys

import firstrun
import household
import morning
from browser import DESK, PHONE, Chromium, Fault, Hand, Keys, Report

PASSWORD, ANOTHER = "a long enough sentence", "another long sentence"
WAYS = {"phone": (PHONE, True, Hand), "desk": (DESK, True, Hand), "no-script": (DESK, False, Hand), "keys": (DESK, True, Keys)}


class Journey:
    """A visit, the hand that acts in it, and what is to hold after each step."""

    def __init__(self, chromium, site, way, report):
        view, script, hand = WAYS[way]
        self.visit = chromium.visit(site, view, "light", script)
        self.hand, self.way, self.report = hand(self.visit), way, report

    def holds(self, sentence, is_so, why=""):
        self.report.look(f"{self.way}: {sentence}", is_so, why or self.visit.path)

    def at(self, path, sentence):
        self.holds(sentence, self.hand.is_at(path))

    def says(self, text, sentence):
        self.holds(sentence, self.hand.sees(text), f"'{getattr(text, 'pattern', text)}' is not on {self.visit.path}")

    def end(self):
        self.holds("nobody else was asked for anything", not self.visit.foreign, self.visit.foreign[:3])
        self.holds("no page was in trouble", not self.visit.broken, self.visit.broken[:3])
        self.holds("no page broke its own rules", not self.visit.errors, self.visit.errors[:3])
        unseen = getattr(self.hand, "unseen", None)
        self.holds("the focus is seen wherever it stops", unseen is None, unseen)
        self.visit.close()


def begin(on, setup):
    """Set-up, registration, and the first page of an empty house."""
    hand = on.hand
    on.visit.open(setup)
    hand.fill("Name of the person or company", "Ada's agency")
    hand.fill("Postal address", "1 Lane, Town")
    hand.fill("E-mail address", "office@example.test")
    hand.press("Go on")
    on.at("/register", "whoever runs the house says so, and is asked for an account next")
    hand.fill("Your name", "Ada")
    hand.fill("E-mail address", "ada@example.test")
    hand.fill("Password", PASSWORD)
    hand.tick(re.compile("I accept the"))
    hand.tick(re.compile("18 years"))
    hand.press("Open the account")
    on.says("Ada's agency, 1 Lane, Town", "every page says who runs the house")
    hand.go("People")
    on.says(re.compile("Nobody is known yet"), "an empty list says how it is filled")


def sign_in(on, password=PASSWORD):
    on.hand.fill("E-mail address", "ada@example.test")
    on.hand.fill("Password", password)
    on.hand.press("Sign in")


def enter(on, link):
    """By the link, out again, a wrong password, and in by the right one."""
    hand = on.hand
    on.visit.open(link)
    hand.fill("Password", PASSWORD)
    hand.press(re.compile("password|Go on|Sign in", re.I))
    on.at("/$", "a link and a password lead in")
    if on.way == "phone":
        hand.go("Account")
    hand.press("Sign out")
    on.at("/sign-in", "signing out leads out")
    on.visit.open("/people?q=bob")
    on.at("/sign-in", "who is not signed in sees nobody")
    sign_in(on, "wrong wrong wrong")
    on.says(re.compile("password", re.I), "a wrong password is told")
    sign_in(on)
    on.at(r"/people\?q=bob", "after signing in one is where one wanted to go")


def enter_once(on, link):
    """By the link."""
    on.visit.open(link)
    on.hand.fill("Password", PASSWORD)
    on.hand.press("Sign in")
    on.at("/$", "a link and a password lead in")


def find(on):
    """A person by part of the name, and what is known of them."""
    hand = on.hand
    hand.go("People")
    hand.fill("Search", "brow")
    hand.press("Show")
    on.at(r"/people\?.*q=brow", "the search is in the address, to keep")
    hand.follow("Bob Brown")
    on.at("/people/person_", "a found person opens")
    on.holds("the page is theirs", hand.page.get_by_role("heading", level=1).inner_text().startswith("Bob Brown"))
    on.says(re.compile("from where", re.I), "it says what is known and from where")
    on.says(re.compile("Why the tie", re.I), "it says why the tie is as strong")
    on.visit.page.go_back()
    hand.fill("Search", "nobodyatall")
    hand.press("Show")
    on.says("Nobody matches", "a search without a match says so")


def crm(on):
    """What would leave, the yes to it, and one change taken back."""
    hand = on.hand
    hand.go("Your CRM")
    hand.follow("Read and approve")
    on.says(re.compile("made there"), "what would leave is shown before it does")
    hand.press("Approve")
    on.at(r"/crm\?done=accepted", "after a yes it leaves")


def data(on):
    """The ledger, a grant withdrawn, a source revoked after it was said what stops."""
    hand = on.hand
    hand.go("Your data")
    hand.follow("Who read what, and why")
    on.says(re.compile("The head of the chain"), "who read what and why is in words, with a head to keep")
    hand.go("Your data")
    hand.follow(re.compile("Stop reading here"))
    on.says(re.compile("nothing is read there any more"), "before a source is cut off, what stops is said")
    hand.press("Stop reading")
    on.at(r"/data\?done=revoked", "the source is cut off")
    hand.press(re.compile("Withdraw"))
    on.at(r"/data\?done=withdrawn", "a grant is withdrawn")


def account(on):
    """The password changed; another session ended."""
    hand = on.hand
    hand.go("Account")
    hand.fill("The password you have", PASSWORD)
    hand.fill(re.compile("The new one"), ANOTHER)
    hand.press("Change it")
    on.says("The password was changed", "the password is changed")
    on.says("this one", "the session is in the list, with where it is from")


def travel(chromium, way, site, report, steps):
    on = Journey(chromium, site, way, report)
    try:
        for step in steps:
            step(on)
    except Fault as fault:
        on.holds("the journey goes on", False, fault)
    on.end()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("way", choices=list(WAYS))
    words.add_argument("--empty", nargs=3)
    words.add_argument("--house", nargs=2)
    words.add_argument("--household", nargs=2)
    given = words.parse_args()
    report = Report()
    with Chromium(report) as chromium:
        if given.empty:
            site, path, mailbox = given.empty
            server = json.loads(pathlib.Path(mailbox).read_text(encoding="utf-8"))
            steps = [lambda on: begin(on, path), lambda on: firstrun.mailbox(on, server), firstrun.crm]
            travel(chromium, given.way, site, report, steps)
        if given.house:
            site, path = given.house
            steps = [lambda on: enter(on, path), find, morning.buckets, morning.today, morning.people, crm, data, account]
            travel(chromium, given.way, site, report, steps)
        if given.household:
            site, path = given.household
            other = lambda chromium: Journey(chromium, site, given.way, report)
            steps = [lambda on: enter_once(on, path), household.edits, household.mail, household.merges, household.conflict,
                     household.take_out, household.factor, lambda on: household.team(on, chromium, other)]
            travel(chromium, given.way, site, report, steps)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
