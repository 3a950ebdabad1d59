#!/usr/bin/env python3
"""Invents mails: a Maildir of the estate agent Ada with people who write to her and whom she answers.

The same seed gives the same bytes. Nobody in them exists; all addresses end in example.test or example.org.

usage: scripts/invent.py FOLDER [--mails 500] [--people 60] [--seed 7]
"""
import argparse
import base64
import datetime
import pathlib
import random

OWNER = "ada@example.test"
GIVEN = ("Bob Cyd Dee Eva Finn Gil Hana Ida Jon Kim Leo Mia Nia Otto Pia Quin Ria Sam Tia Uli Vera Wim Xena Yan Zoe "
         "Björn Zoë Łukasz Åsa Noël").split()
FAMILY = ("Ashdown Birch Carrow Dunmore Elmhurst Fairweather Greenacre Holloway Ironwood Juniper Kestrel Larkspur "
          "Maplewood Northgate Oakfield Pennyworth Quarry Redfern Stonebridge Thornbury").split()
WORDS = ("house garden offer viewing contract kitchen roof survey bridge river market price window boiler keys mortgage "
         "solicitor deposit tenant lease quiet street station school council permit meeting tomorrow please thanks grüße "
         "naïve façade").split()
FOLDERS = ["", ".Clients", ".Clients.Viewings", ".Archive.2026", ".Sent"]
START = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.timezone.utc)


def people(count):
    """Names and addresses, all different."""
    found = []
    for number in range(count):
        given, family = GIVEN[number % len(GIVEN)], FAMILY[(number * 7 + number // len(GIVEN)) % len(FAMILY)]
        plain = "".join(c for c in given.lower() if c.isascii() and c.isalpha())
        domain = "example.org" if number % 3 else "clients.example.test"
        found.append((f"{given} {family}", f"{plain}.{family.lower()}.{number}@{domain}"))
    return found


def header(name):
    if name.isascii():
        return name
    return "=?utf-8?b?" + base64.b64encode(name.encode()).decode() + "?="


def text(chance, least, most):
    words = chance.choices(WORDS, k=chance.randint(least, most))
    return "\n".join(" ".join(words[at:at + 12]) for at in range(0, len(words), 12))


def mail(chance, number, who):
    """One mail: every third is Ada's own answer, so that ties are mutual."""
    name, address = who
    mine = number % 3 == 2
    at = START + datetime.timedelta(minutes=chance.randint(0, 300 * 24 * 60))
    theirs, own = f"{header(name)} <{address}>", f"Ada Agent <{OWNER}>"
    lines = [f"From: {own if mine else theirs}", f"To: {theirs if mine else own}",
             f"Subject: {chance.choice(WORDS)} {chance.choice(WORDS)} {number}",
             "Date: " + at.strftime("%a, %d %b %Y %H:%M:%S +0000"), f"Message-ID: <{number}.7@example.test>",
             "MIME-Version: 1.0"]
    # Every fiftieth is long, so that its content lies in a file of its own.
    body = text(chance, 60_000, 70_000) if number % 50 == 49 else text(chance, 20, 200)
    body += f"\n\nstandingword offer{number}\n"
    if number % 10 == 4:
        part = base64.encodebytes(chance.randbytes(3_000)).decode()
        lines.append('Content-Type: multipart/mixed; boundary="b"')
        body = ("--b\nContent-Type: text/plain; charset=utf-8\n\n" + body
                + '\n--b\nContent-Type: application/pdf; name="plan.pdf"\nContent-Transfer-Encoding: base64\n'
                + "Content-Disposition: attachment\n\n" + part + "--b--\n")
    else:
        lines.append("Content-Type: text/plain; charset=utf-8")
    return mine, ("\n".join(lines) + "\n\n" + body).encode()


def invent(folder, mails=500, persons=60, seed=7):
    """Writes the Maildir; gives how many files it holds: some mails lie in two folders."""
    chance = random.Random(seed)
    cast = people(persons)
    files = 0
    for name in FOLDERS:
        for part in ("cur", "new", "tmp"):
            (pathlib.Path(folder) / name / part).mkdir(parents=True, exist_ok=True)
    for number in range(mails):
        # Everybody comes up three times before chance takes over.
        who = cast[number // 3 % persons] if number < 3 * persons else chance.choice(cast)
        mine, content = mail(chance, number, who)
        where = FOLDERS[4] if mine else chance.choice(FOLDERS[:4])
        places = [where] + ([FOLDERS[3]] if number % 25 == 0 and where != FOLDERS[3] else [])
        for place in places:
            path = pathlib.Path(folder) / place / "cur" / f"{1700000000 + number}.M{number}P1.host:2,S"
            path.write_bytes(content)
            files += 1
    return files


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print(f"{invent(given.folder, given.mails, given.people, given.seed)} files in {given.folder}")
