#!/usr/bin/env python3
"""Invents an address book with duplicates whose truth is known: one row a contact, as several books and people wrote it.

The same seed gives the same bytes. Nobody in it exists; all addresses end in example.test, example.org or example.com,
all numbers begin with +999, which is no country's. Column `person` is the truth. Households share a street,
a family name and a phone; colleagues share a firm, a street and a switchboard; fathers and sons share a name; offices
have an address that is nobody's.

usage: scripts/invent_contacts.py FILE.csv [--contacts 100000] [--seed 11]
"""
import argparse
import csv
import random
import unicodedata

NICK = {"robert": "Rob Bob Bobby", "william": "Will Bill", "richard": "Rick Dick", "elizabeth": "Liz Beth Betty",
        "margaret": "Maggie Peggy Meg", "katherine": "Kate Kathy", "james": "Jim Jimmy", "john": "Jack Johnny",
        "michael": "Mike Mick", "thomas": "Tom Tommy", "charles": "Charlie Chuck", "edward": "Ed Ted Eddie",
        "joseph": "Joe", "david": "Dave", "daniel": "Dan Danny", "matthew": "Matt", "anthony": "Tony",
        "christopher": "Chris", "andrew": "Andy Drew", "steven": "Steve", "kenneth": "Ken", "patricia": "Pat Trish",
        "jennifer": "Jen Jenny", "susan": "Sue", "jessica": "Jess", "deborah": "Deb Debbie", "rebecca": "Becky",
        "stephanie": "Steph", "samantha": "Sam", "alexander": "Alex Sandy", "benjamin": "Ben", "nicholas": "Nick",
        "gregory": "Greg", "timothy": "Tim", "frederick": "Fred Freddy", "theodore": "Ted Theo", "victoria": "Vicky",
        "barbara": "Barb", "dorothy": "Dot", "abigail": "Abby", "francis": "Frank", "johannes": "Hans",
        "friedrich": "Fritz", "josef": "Sepp", "aleksandr": "Sasha", "giuseppe": "Beppe", "francisco": "Paco"}
GIVEN = ([name.capitalize() for name in NICK] +
         "Ada Adele Alma Amir Anja Anouk Anton Arun Astrid Aylin Beate Bela Bjarne Björn Bruno Carla Celia Chloé Clara Claus "
         "Conrad Cyrus Dalia Dario Dilara Dora Eduard Elif Elin Emil Enzo Esra Eva Fabian Farid Fatima Felix Fiona Finn "
         "Gesa Gisela Greta Gustav Hana Harriet Hasan Hedda Heidi Helga Hugo Ida Ilse Imran Inga Iris Ismael Ivo Jana Jasper "
         "Joana Jörg Judith Jürgen Kai Karim Karla Kemal Kira Klara Konrad Lara Lars Laszlo Leila Lena Leon Liam Lina Linus "
         "Lotte Luca Łukasz Luise Magnus Maja Malik Manuel Mara Marek Marie Mats Mehmet Meike Milan Mina Mira Mona Moritz "
         "Nadia Nele Nikola Nils Nina Noël Nora Olaf Olga Oskar Otto Paula Per Petra Pia Priya Rafael Ragnar Ravi Renée Rita "
         "Rosa Runa Sanjay Selma Silke Simon Sina Sofia Sören Stella Svenja Tarek Tessa Thea Tilda Till Tove Ulla Ursula Valentin "
         "Vera Viktor Vilma Walter Wanda Wibke Xenia Yara Yasmin Yusuf Zara Zoë Åsa Élise Özlem".split())
HEADS = ("Ash Birch Black Brad Bran Brook Bur Cal Car Clay Cliff Cole Craw Dal Dar Den Dun East Elm Fair Far Fen Field Ford Glen "
         "Gold Grand Green Hal Harl Hart Haw Hazel Hill Hol Horn Iron Kel Ken Kirk Lang Lark Lin Long Marl Mead Mer Mill Mont Moor "
         "Nor North Oak Old Pen Pres Quar Rad Red Ridge Rock Rose Rush Sal Sand Sel Sher Shel Silver South Spring Stan Star Stone "
         "Strat Sum Swan Thorn Thur Tor Under Up Wad Wal War Wash Wel West Whit Wild Win Wood Wyn York Müh Köh Schnei Krü Grö "
         "Kowal Nowa Petr Ivan Sørn Håk Lind Berg Fern Garc Mart").split()
TAILS = ("ton ford ley ham field wood worth well bury by dale don er gate grove hall hurst ing kin land low man mere more ness port "
         "ridge shaw son stead stone ter thorpe way wick bridge brook combe croft den dorf mann stein bach berg ez ov ski sen").split()
STREETS = "Street Road Avenue Lane Drive Close Square Way Court Crescent Terrace Place".split()
SHORT = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr", "Square": "Sq", "Court": "Ct",
         "Crescent": "Cres", "Terrace": "Tce", "Place": "Pl"}
FIRMS = "Estates Partners Holdings Consulting Systems Bakery Architects Foundation Press Motors Textiles Logistics Clinic School".split()
FORMS = ["Ltd", "Inc", "GmbH", "LLC", "", "", ""]
TITLES = ("Director,Managing Director,Head of Sales,Sales Manager,Engineer,Senior Engineer,Architect,Accountant,Partner,"
          "Associate,Office Manager,Analyst,Consultant,Teacher,Doctor,Buyer,Editor,Surveyor").split(",")
CITIES = [(f"{head}{tail}", f"{number:05d}") for number, (head, tail) in
          enumerate(((h, t) for h in HEADS[:60] for t in ("ton", "bury", "mouth", "haven", "ville")), 10007)]
COLUMNS = ("id person given family email email2 phone phone2 organisation title street city postcode country birthday").split()


def plain(text):
    text = text.replace("ø", "o").replace("Ł", "L").replace("ł", "l").replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFD", text) if c.isascii())


def zipf(chance, values):
    """Few values are common and many are rare."""
    return values[min(int(len(values) * chance.random() ** 2.2), len(values) - 1)]


class World:
    def __init__(self, seed, firms):
        self.chance = chance = random.Random(seed)
        self.given = GIVEN[:]
        self.family = [head + tail for head in HEADS for tail in TAILS]
        chance.shuffle(self.given)
        chance.shuffle(self.family)
        self.household = None
        self.taken = set()
        self.firms = [self.firm() for _ in range(firms)]

    def phone(self):
        return f"+999{self.chance.randint(200, 999)}{self.chance.randint(1000000, 9999999)}"

    def street(self):
        chance = self.chance
        return f"{chance.randint(1, 240)} {zipf(chance, self.family)} {chance.choice(STREETS)}"

    def firm(self):
        chance = self.chance
        name = f"{zipf(chance, self.family)} {chance.choice(FIRMS)} {chance.choice(FORMS)}".strip()
        label = plain(name).lower().replace(" ", "")
        city = chance.choice(CITIES)
        return {"organisation": name, "domain": f"{label}.example.com", "street": self.street(), "city": city[0],
                "postcode": city[1], "phone": self.phone()}

    def person(self):
        """Somebody new; one in six lives with the one before, one in a hundred is the namesake's father or daughter."""
        chance = self.chance
        given, family = zipf(chance, self.given), zipf(chance, self.family)
        city = chance.choice(CITIES)
        home = {"street": self.street(), "city": city[0], "postcode": city[1], "phone": self.phone()}
        mark = ""
        if self.household and chance.random() < 0.17:
            family, home = self.household["family"], self.household["home"]
            if chance.random() < 0.06:
                given, mark = self.household["given"], "Jr"
        birthday = f"{chance.randint(1935, 2004)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        firm = zipf(chance, self.firms) if chance.random() < 0.7 else None
        middle = chance.choice("ABCDEFGHJKLMNPRSTW") if chance.random() < 0.3 else ""
        base = (plain(given) + chance.choice([".", "", "_"]) + plain(family)).lower()
        own = chance.choice([base, base + str(chance.randint(1, 99)), plain(given)[0].lower() + plain(family).lower() +
                             str(chance.randint(1, 999))])
        own = f"{own}@{chance.choice(['example.org', 'example.test', 'mail.example.com', 'post.example.org'])}"
        work = f"{plain(given).lower()}.{plain(family).lower()}@{firm['domain']}" if firm else ""
        somebody = {"given": given, "family": family, "mark": mark, "middle": middle, "home": home, "firm": firm,
                    "birthday": birthday, "mobile": self.phone(), "title": chance.choice(TITLES),
                    "own": self.free(own), "work": self.free(work)}
        self.household = somebody
        return somebody

    def free(self, mail):
        """An address nobody else has: namesakes at one provider get a number."""
        found, number = mail, 1
        while found and found in self.taken:
            number += 1
            found = mail.replace("@", f"{number}@")
        self.taken.add(found)
        return found

    def slip(self, text):
        chance = self.chance
        if len(text) < 4:
            return text
        at = chance.randrange(1, len(text) - 1)
        kind = chance.random()
        if kind < 0.3:
            return text[:at] + text[at + 1] + text[at] + text[at + 2:]
        if kind < 0.6:
            return text[:at] + text[at + 1:]
        if kind < 0.8:
            return text[:at] + chance.choice("abcdeilmnorstu") + text[at:]
        return text[:at] + chance.choice("abcdeilmnorstu") + text[at + 1:]

    def written(self, number):
        """A phone as somebody wrote it."""
        kind = self.chance.random()
        if kind < 0.5:
            return number
        if kind < 0.7:
            return f"{number[:4]} {number[4:7]} {number[7:10]}-{number[10:]}"
        if kind < 0.85:
            return "0" + number[4:]
        return f"({number[:4]}) {number[4:8]} {number[8:]}"

    def contact(self, who):
        """How one book wrote somebody."""
        chance = self.chance
        given, family = who["given"], who["family"]
        kind = chance.random()
        if kind < 0.10 and given.lower() in NICK:
            given = chance.choice(NICK[given.lower()].split())
        elif kind < 0.14:
            given = given[0] + "."
        elif kind < 0.19:
            given = plain(given)
            family = plain(family)
        elif kind < 0.22:
            given = self.slip(given)
        elif kind < 0.25:
            family = self.slip(family)
        elif kind < 0.27:
            given, family = family, given
        elif kind < 0.29:
            given, family = given.upper(), family.upper()
        elif kind < 0.31:
            given = chance.choice(["Dr ", "Mr ", "Mrs ", "Prof. "]) + given
        elif kind < 0.33:
            family = ""
        elif kind < 0.36:
            given, family = "", ""
        if who["middle"] and given and chance.random() < 0.4:
            given += " " + who["middle"] + chance.choice(["", "."])
        if who["mark"] and family and chance.random() < 0.8:
            family += chance.choice([" ", ", "]) + who["mark"] + chance.choice(["", "."])
        row = {"given": given, "family": family}
        mails = [mail for mail in (who["own"], who["work"]) if mail and chance.random() < 0.62]
        if not mails and not given:
            mails = [who["own"]]
        chance.shuffle(mails)
        mails = [self.slip(mail.split("@")[0]) + "@" + mail.split("@")[1] if chance.random() < 0.02 else mail for mail in mails]
        row["email"], row["email2"] = (mails + ["", ""])[:2]
        phones = [who["mobile"]] if chance.random() < 0.55 else []
        if chance.random() < 0.25:
            phones.append(who["home"]["phone"])
        if who["firm"] and chance.random() < 0.2:
            phones.append(who["firm"]["phone"])
        chance.shuffle(phones)
        row["phone"], row["phone2"] = ([self.written(phone) for phone in phones] + ["", ""])[:2]
        if who["firm"] and chance.random() < 0.6:
            row["organisation"] = who["firm"]["organisation"]
            if chance.random() < 0.15:
                row["organisation"] = " ".join(row["organisation"].split()[:2])
            if chance.random() < 0.6:
                row["title"] = who["title"]
        place = who["firm"] if who["firm"] and chance.random() < 0.25 else who["home"]
        if chance.random() < 0.45:
            words = place["street"].split()
            if chance.random() < 0.4:
                words[-1] = SHORT.get(words[-1], words[-1])
            if chance.random() < 0.06:
                words[1] = self.slip(words[1])
            row["street"] = " ".join(words)
            row["city"], row["postcode"] = place["city"], place["postcode"]
            if chance.random() < 0.05:
                row["city"] = self.slip(row["city"])
            if chance.random() < 0.3:
                row["country"] = chance.choice(["Germany", "DE"])
        if chance.random() < 0.3:
            row["birthday"] = who["birthday"]
            if chance.random() < 0.04:
                year, month, day = row["birthday"].split("-")
                row["birthday"] = chance.choice([f"{year}-{day}-{month}" if int(day) < 13 else f"{int(year) + 1}-{month}-{day}",
                                                 f"{year}-{month}-{int(day) % 28 + 1:02d}"])
        return row

    def office(self):
        firm = zipf(self.chance, self.firms)
        return {"given": "", "family": "", "organisation": firm["organisation"], "phone": firm["phone"],
                "email": self.chance.choice(["info", "office", "sales"]) + "@" + firm["domain"], "street": firm["street"],
                "city": firm["city"], "postcode": firm["postcode"]}


def rows(contacts, seed):
    world = World(seed, max(contacts // 20, 20))
    chance = world.chance
    found = []
    offices = {}
    person = 0
    while len(found) < contacts:
        person += 1
        if chance.random() < 0.03:
            office = world.office()
            found.append(dict(office, person=offices.setdefault(office["phone"], person)))
            continue
        who = world.person()
        copies = chance.choices([1, 2, 3, 4, 5], [62, 24, 9, 3, 2])[0]
        found += [dict(world.contact(who), person=person) for _ in range(copies)]
    found = found[:contacts]
    chance.shuffle(found)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    with open(asked.file, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(rows(asked.contacts, asked.seed)):
            writer.writerow(dict(row, id=number))


if __name__ == "__main__":
    main()
