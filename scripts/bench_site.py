#!/usr/bin/env python3
"""Measures the site with 100,000 people and 2 million interactions in one account, and writes docs/bench-site.md.

The household's rows are written straight into its store: people of invented names with an address each, some with a second
address, a number, tags, in six buckets; touches over five years, some people with thousands. Then `kith serve` is started,
and 8 clients ask 10,000 times for pages over all filters and sorts: Today, lists, searches, persons. What a client waits for
is counted from the last byte sent to the last byte read, so the client's own work is in it. The first 100 answers after the
start are counted apart.

usage: scripts/bench_site.py
  KITH_BIN=FILE  the binary; default: a release build    BENCH_FOLDER=DIR  where it runs; default a temporary folder
  BENCH_PEOPLE=100000  BENCH_TOUCHES=2000000  BENCH_ASKS=10000  BENCH_CLIENTS=8  BENCH_WRITE=0  no docs/bench-site.md
"""
import datetime
import multiprocessing
import os
import pathlib
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

from kithrun import ROOT, Failure, Kith, binary

MOST_MS, MOST_BYTES, MOST_START = 50.0, 100_000, 1.0
NOW = 1_795_435_200_000  # 2026-11-23T12:00:00Z
DAY = 86_400_000
GIVEN = ("Ada Bob Cyd Dee Eli Fay Gus Hal Ivy Jon Kim Lea Max Nia Oto Pia Quin Rosa Sam Tea Uma Vic Wes Xena Yan Zoe Anna Ben "
         "Cara Dan Emma Finn Greta Hugo Ida Jan").split()
SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru sa se si so".split()


class Rows:
    """Fills the store of one account."""

    def __init__(self, file):
        self.base = sqlite3.connect(file)
        self.base.execute("PRAGMA foreign_keys = OFF")
        self.base.execute("PRAGMA synchronous = OFF")
        self.account, self.member = self.base.execute("SELECT account_id, id FROM member").fetchone()
        self.random = random.Random(7)
        # Ids of ours: milliseconds since 2025, the generator, a counter; these lie before all that the server makes.
        self.last = (300 * DAY) << 22

    def id(self):
        self.last += 1
        return self.last

    def word(self):
        return "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(2, 4))).capitalize()

    def insert(self, table, columns, rows):
        marks = ", ".join("?" for _ in columns)
        self.base.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def people(self, count):
        kinds = ["person"] * 17 + ["machine"] * 2 + ["organisation"]
        self.known = []
        person, value, handle, record, fact = [], [], [], [], []
        for number in range(count):
            p, h, r = self.id(), self.id(), self.id()
            family = self.word()
            given = self.random.choice(GIVEN)
            name, address = f"{given} {family}", f"{given}.{family}{number}@{self.word()}.example".lower()
            organisation = f"{self.word()} {self.random.choice(['Ltd', 'GmbH', 'Inc'])}" if number % 3 == 0 else None
            strength = min(99.0, self.random.expovariate(0.08))
            last = NOW - int(self.random.expovariate(1 / 200) * DAY) if number % 5 else None
            kind = self.random.choice(kinds)
            person.append((self.account, p, self.member, kind, name, name.lower(), organisation, None, strength, last, 20, None, 0))
            value.append((self.account, p, "email", 0, address, self.member))
            value.append((self.account, p, "name", 0, name, self.member))
            if number % 4 == 0:
                value.append((self.account, p, "phone", 0, f"+1555{number:07d}", self.member))
            if number % 10 == 0:
                value.append((self.account, p, "tag", 0, self.random.choice(["golf", "press", "choir", "rare" if number % 1000 == 0 else "book"]), self.member))
            handle.append((self.account, h, self.member, "email", address, 10_000_000 + number, 0))
            record.append((self.account, r, self.member, "address", address, h, p))
            fact += [(self.account, self.id(), self.member, r, field, "", text, number * 4 + at, 1, NOW - 900 * DAY, NOW, 3, 1.0)
                     for at, (field, text) in enumerate([("name", name), ("email", address)])]
            self.known.append((p, h, r, kind, name, address))
        self.insert("person", ["account_id", "id", "member_id", "kind", "name", "folded", "organisation", "title", "strength",
                               "last_contacted", "interactions", "restricted_at", "gone"], person)
        self.insert("person_value", ["account_id", "person_id", "field", "position", "value", "member_id"], value)
        self.insert("handle", ["account_id", "id", "member_id", "kind", "value", "key_id", "stale"], handle)
        self.insert("record", ["account_id", "id", "member_id", "kind", "identity", "handle_id", "person_id"], record)
        self.insert("fact", ["account_id", "id", "member_id", "record_id", "field", "label", "value", "value_key", "origin",
                             "first_seen", "last_seen", "seen", "confidence"], fact)

    def touches(self, count):
        """Half of all with a tenth of the people; ten people have five thousand each."""
        crowd = [one for one in self.known if one[3] == "person"]
        close = crowd[:len(crowd) // 10]
        interaction, participant = [], []
        busy = min(5_000, count // 40)
        for number in range(count):
            i = self.id()
            if number < busy * 10:
                one = close[number % 10]
            else:
                one = self.random.choice(close if number % 2 else crowd)
            way = 1 + number % 2
            at = NOW - int(self.random.random() ** 1.5 * 5 * 365 * DAY)
            kind = "mail" if number % 20 else "meeting"
            interaction.append((self.account, i, self.member, kind, at, 1, way if kind == "mail" else 3, 1, 0, 1, 0, number % 997,
                                number.to_bytes(16, "big")))
            participant.append((self.account, i, 2 if way == 1 else 1, 0, one[1], self.member))
            if len(interaction) == 100_000:
                self.flush(interaction, participant)
        self.flush(interaction, participant)

    def flush(self, interaction, participant):
        self.insert("interaction", ["account_id", "id", "member_id", "kind", "at", "dated", "direction", "author", "via_list",
                                    "recipients", "answers", "shape", "twin"], interaction)
        self.insert("participant", ["account_id", "interaction_id", "role", "position", "handle_id", "member_id"], participant)
        interaction.clear()
        participant.clear()

    def buckets(self, tracked):
        crowd = [one for one in self.known if one[3] == "person"]
        self.made = []
        for place, (name, days, count) in enumerate([
                ("Inner circle", 14, tracked // 50), ("Clients", 30, tracked // 4), ("Colleagues", 60, tracked // 2),
                ("Far away", 90, tracked // 4), ("Press", None, 2_000), ("Choir", None, 40)]):
            bucket = self.id()
            self.made.append(bucket)
            self.insert("bucket", ["account_id", "id", "member_id", "name", "days", "made_at"],
                        [(self.account, bucket, self.member, name, days, NOW - 400 * DAY)])
            some = self.random.sample(crowd, min(count, len(crowd)))
            self.insert("bucketed", ["account_id", "bucket_id", "record_id", "member_id", "put_at"],
                        [(self.account, bucket, one[2], self.member, NOW - 100 * DAY) for one in some])

    def close(self):
        self.base.commit()
        self.base.execute("ANALYZE")
        self.base.commit()
        self.base.close()


def prefixed(prefix, number):
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return f"{prefix}_{digits or '0'}"


class Client:
    """One connection that is kept open."""

    def __init__(self, port, cookie=""):
        self.port, self.cookie, self.socket = port, cookie, None

    def ask(self, method, path, body=b""):
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        head = (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
                f"Origin: http://127.0.0.1:{self.port}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        self.socket.sendall(head + body)
        begun = time.perf_counter()
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self.more()
        head, data = data.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
        while len(data) < length:
            data += self.more()
        self.rest = data[length:]
        waited = (time.perf_counter() - begun) * 1000
        return int(head.split()[1]), head.decode(), data[:length], waited

    def more(self):
        got = self.socket.recv(1 << 16)
        if not got:
            raise Failure("the server hung up")
        return got


def questions(rows, count):
    """Paths with their kinds, in a mixed order that is the same each time."""
    chance = random.Random(11)
    people = [prefixed("person", one[0]) for one in rows.known]
    names = [one[4] for one in rows.known]
    buckets = [prefixed("bucket", one) for one in rows.made]
    filters = [""] + [f"bucket={one}" for one in buckets] + [
        "bucket=none", "status=strong", "status=fading", "status=weak", "last=in-30", "last=not-90", "last=never",
        "strength=high", "strength=middle", "strength=low", "kind=person", "kind=machine", "tag=golf", "tag=rare",
        "archived=shown", "last=not-365&strength=low", f"bucket={buckets[1]}&status=weak"]
    made = []
    for _ in range(count):
        turn = chance.random()
        if turn < 0.15:
            made.append(("today", "/"))
        elif turn < 0.45:
            sort = chance.choice(["strength", "name", "contact", "added"])
            after = f"&after={chance.choice(people)}" if chance.random() < 0.3 else ""
            made.append(("list", f"/people?sort={sort}&{chance.choice(filters)}{after}"))
        elif turn < 0.65:
            name = chance.choice(names)
            text = chance.choice([name, name.split()[1][:4], name.split()[0], name.lower().replace(" ", ".")])
            made.append(("search", "/people?q=" + urllib.parse.quote(text)))
        else:
            # Half of those who are opened are among the hundred best known.
            made.append(("person", "/people/" + (chance.choice(people[:100]) if turn < 0.82 else chance.choice(people))))
    return made


def work(port, cookie, asked, out):
    client = Client(port, cookie)
    found = []
    for kind, path in asked:
        status, _, body, waited = client.ask("GET", path)
        found.append((kind, path, status, len(body), waited))
    out.put(found)


def percentile(sorted_all, share):
    return sorted_all[min(len(sorted_all) - 1, int(len(sorted_all) * share))]


def sign_in(kith, port):
    path = kith.value("member", "link")["path"]
    client = Client(port)
    status, head, _, _ = client.ask("POST", path, b"form=&password=a+long+enough+sentence")
    if status != 303:
        raise Failure(f"signing in ended with {status}")
    return re.search(r"set-cookie: ([^;]+)", head, re.I).group(1)


def serve(kith):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.perf_counter()
    server = subprocess.Popen([kith.program, "serve", "--no-work", "--listen", f"127.0.0.1:{port}"], env=kith.environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while True:
        try:
            Client(port).ask("GET", "/sign-in")
            return server, port, time.perf_counter() - begun
        except OSError:
            if server.poll() is not None:
                raise Failure("the server ended: " + server.stderr.read()[-300:]) from None
            time.sleep(0.005)


def measure(kith, rows, asks, clients):
    server, port, started = serve(kith)
    try:
        cookie = sign_in(kith, port)
        asked = questions(rows, asks + 100)
        first = Client(port, cookie)
        cold = [(kind, path, *first.ask("GET", path)[0::3], 0) for kind, path in asked[:100]]
        out = multiprocessing.Queue()
        workers = [multiprocessing.Process(target=work, args=(port, cookie, asked[100 + at::clients], out)) for at in range(clients)]
        begun = time.perf_counter()
        for one in workers:
            one.start()
        found = [line for _ in workers for line in out.get()]
        took = time.perf_counter() - begun
        for one in workers:
            one.join()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    wrong = [line for line in found if line[2] != 200]
    if wrong:
        raise Failure(f"{len(wrong)} answers were none, as {wrong[0][1]}: {wrong[0][2]}")
    return started, [line[3] for line in cold], found, took


def page(people, touches, started, cold, found, took):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    lines = []
    for kind in ("today", "list", "search", "person"):
        waited = sorted(line[4] for line in found if line[0] == kind)
        heaviest = max(line[3] for line in found if line[0] == kind)
        lines.append(f"| {kind} | {len(waited)} | {percentile(waited, 0.5):.1f} | {percentile(waited, 0.95):.1f} | "
                     f"{percentile(waited, 0.99):.1f} | {waited[-1]:.1f} | {heaviest / 1000:.1f} |")
    slow = {}
    for kind, path, _, _, waited in found:
        name = kind if kind != "list" else re.sub(r"&after=\w+", "", path).replace("/people?", "")
        slow.setdefault(re.sub(r"bucket_\w+", "B", name), []).append(waited)
    slowest = sorted(((percentile(sorted(all), 0.99), name) for name, all in slow.items() if len(all) > 4), reverse=True)[:8]
    return "\n".join([
        "# The site's speed", "",
        f"Made by `scripts/bench_site.py` on {datetime.date.today()} at commit {commit}, {os.cpu_count()} cores: {people:,} people",
        f"and {touches:,} interactions in one account on SQLite, 8 clients on the same machine, {len(found):,} pages in {took:.0f} s",
        f"({len(found) / took:.0f} a second). Milliseconds as the clients waited, their own work in it.", "",
        "| page | asked | median | 95 % | 99 % | longest | kB at most |", "|---|---|---|---|---|---|---|", *lines, "",
        f"From the start to the first page {started:.2f} s (at most {MOST_START:.0f}); of the first hundred pages, one after the other,",
        f"the median waited {percentile(sorted(cold), 0.5):.1f} ms and the longest {max(cold):.1f} ms. Wanted: 99 % within {MOST_MS:.0f} ms.", "",
        "The slowest questions, by their 99 %:", "", *[f"* {waited:.0f} ms: `{name}`" for waited, name in slowest], ""])


def main():
    people, touches = int(os.environ.get("BENCH_PEOPLE", 100_000)), int(os.environ.get("BENCH_TOUCHES", 2_000_000))
    asks, clients = int(os.environ.get("BENCH_ASKS", 10_000)), int(os.environ.get("BENCH_CLIENTS", 8))
    program = binary("release")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as scratch:
        kith = Kith(program, pathlib.Path(scratch) / "kith", "2026-11-23T12:00:00Z")
        kith.folder.mkdir(parents=True)
        kith.add_account()
        kith.run("operator", "set", "--name", "Ada", "--address", "1 Lane", "--email", "office@example.test")
        file = next((kith.data / "accounts").glob("*.sqlite"))
        rows = Rows(file)
        rows.people(people)
        rows.touches(touches)
        rows.buckets(min(5_000, people // 20))
        rows.close()
        print(f"{people:,} people and {touches:,} touches stand in {file.stat().st_size / 1e6:.0f} MB", flush=True)
        started, cold, found, took = measure(kith, rows, asks, clients)
    text = page(people, touches, started, cold, found, took)
    print(text)
    if os.environ.get("BENCH_WRITE", "1") != "0":
        (ROOT / "docs" / "bench-site.md").write_text(text)
    worst = max(percentile(sorted(line[4] for line in found if line[0] == kind), 0.99) for kind in ("today", "list", "search", "person"))
    heaviest = max(line[3] for line in found)
    return 0 if worst <= MOST_MS and heaviest <= MOST_BYTES and started <= MOST_START else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench_site: {failure}")
