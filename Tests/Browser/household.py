"""What one does of an afternoon: somebody corrected, a mail opened, people united and parted, the team, a conflict, all taken out."""
import pathlib
import re

import browser

PASSWORD = "a long enough sentence"
NUMBER = "+1 555 0148"


def accessible(on):
    """Axe finds nothing on the page that is open, in light and dark."""
    page = on.hand.page
    page.evaluate(browser.axe())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate(browser.AXE)
        on.holds(f"axe finds nothing, {scheme}", not found, f"{on.visit.path}: {found}")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def person(on, name):
    on.hand.go("People")
    on.hand.fill("Search", name)
    on.hand.press("Show")
    on.hand.follow(name)


def edits(on):
    """A fact corrected, one added; both stick, and can be taken back."""
    hand = on.hand
    person(on, "Gus Garner")
    accessible(on)
    hand.correct("Title", "Master builder")
    on.says("your word outranks every source", "a correction is kept, and it is said that it outranks")
    on.says("Master builder", "it stands on the page")
    hand.correct("Telephone", NUMBER)
    on.says(NUMBER, "another number is added")
    hand.press("Take it back")
    on.says("Taken back.", "and taken back again")
    on.holds("the number is gone", not hand.page.get_by_text(NUMBER).count())
    on.says("Master builder", "what was corrected before stays")
    hand.press("Let sources say the Title again")
    on.says("Changed:", "the owner's word is taken back")
    on.holds("and a source speaks again", not hand.page.get_by_text("Master builder").count())
    hand.fill("Write down", "Likes slate roofs")
    hand.press("Keep the note")
    on.says("Likes slate roofs", "a note is kept")


def mail(on):
    """A mail opened from a person's page; what is attached is saved, not shown."""
    hand = on.hand
    person(on, "Bob Brown")
    hand.follow("The plan of the roof")
    on.at("/mails/mail_", "a mail opens on a page of its own")
    inside = hand.page.frame_locator("iframe.mail")
    inside.get_by_text("Here it is").wait_for()
    accessible(on)
    came = []
    # A browser tells of it at the page, or at the one that the link opens beside it.
    hand.page.on("download", lambda one: came.append(one))
    hand.page.context.on("page", lambda beside: beside.on("download", lambda one: came.append(one)))
    inside.get_by_role("link", name=re.compile("plan.txt")).click()
    for _ in range(600):
        if came:
            break
        hand.page.wait_for_timeout(100)
    if not came:
        raise browser.Fault("nothing was saved of what is attached")
    saved = came[0]
    on.holds("what is attached is saved under its name", saved.suggested_filename == "plan.txt", saved.suggested_filename)
    on.holds("as it was sent", pathlib.Path(saved.path()).read_bytes() == b"slate, 40 square metres\n")
    on.at("/mails/mail_", "and the page is still the mail's")
    hand.follow("Back")
    on.at("/people/person_", "from which one comes back to the person")


def merges(on):
    """Two who are one: united with reasons, and parted again."""
    hand = on.hand
    person(on, "Harriet Quill")
    hand.unfold("More: somebody twice")
    hand.follow("Somebody twice?")
    accessible(on)
    on.says(re.compile("% likely"), "a pair is proposed, with how likely it is and why")
    hand.press(re.compile("^Unite "))
    on.says("United.", "two are united")
    on.says(re.compile("Nobody"), "and not proposed any more")
    hand.press("Take it back")
    on.says("Taken back.", "they are parted again")
    hand.go("People")
    hand.fill("Search", "quill")
    hand.press("Show")
    on.holds("both are there", hand.page.locator("tbody tr").count() == 2, hand.page.locator("tbody").inner_text())


def conflict(on):
    """What both sides changed is shown with both values, and decided."""
    hand = on.hand
    hand.go("Your CRM")
    accessible(on)
    on.says("Roofer", "what is here is shown")
    on.says("Tenant", "and what is there")
    hand.press("Take what is there")
    on.says("The conflict is decided", "it is decided")
    on.says("both sides agree", "and nothing waits any more")


def take_out(on):
    """Everything as one sealed file."""
    hand = on.hand
    hand.go("Your data")
    hand.follow("Take everything out")
    accessible(on)
    hand.fill("Passphrase", "a passphrase of some length")
    hand.fill("The same again", "another passphrase of length")
    hand.press("Download")
    on.says(re.compile("differ"), "two passphrases that differ are told")
    hand.fill("Passphrase", "a passphrase of some length")
    hand.fill("The same again", "a passphrase of some length")
    with hand.page.expect_download() as expected:
        hand.press("Download")
    saved = expected.value
    on.holds("everything comes as one file", saved.suggested_filename.endswith(".kith"), saved.suggested_filename)
    on.holds("and it is not empty", pathlib.Path(saved.path()).stat().st_size > 10_000)


def factor(on):
    """The key of a second factor is scanned by a camera's program from what is on the screen."""
    import io
    import zxingcpp
    from PIL import Image
    hand = on.hand
    hand.go("Account")
    hand.follow("Set up a second factor")
    hand.press("Set it up")
    accessible(on)
    typed = hand.page.locator(".card code").inner_text().replace(" ", "")
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(hand.page.screenshot(full_page=True))))
    text = read[0].text if read else ""
    on.holds("the picture says the key that is typed, and whose it is",
             text.startswith("otpauth://totp/Kith:ada%40example.test?") and f"secret={typed}" in text, text)
    hand.press("Leave it")
    on.says("Set it up", "it is left again")


def team(on, chromium, other):
    """Somebody invited, who is told what that means; a role given; a share; and out again with what is theirs."""
    hand = on.hand
    hand.go("Account")
    hand.follow(re.compile("Your team"))
    hand.fill("E-mail address", "cyd@example.test")
    hand.fill("Name", "Cyd")
    hand.press("Make a link")
    on.says("Send this link", "a link is made, and shown once")
    accessible(on)
    path = hand.page.locator(".card code").inner_text()
    cyd = other(chromium)
    cyd.visit.open(path)
    cyd.hand.fill("Password", PASSWORD)
    cyd.hand.press("Sign in")
    on.holds("who does not say that they know is not in", "/welcome/" in cyd.visit.path, cyd.visit.path)
    cyd.hand.tick(re.compile("I know that I join a team"))
    accessible(cyd)
    cyd.hand.fill("Password", PASSWORD)
    cyd.hand.press("Sign in")
    cyd.at("/start", "whoever said so is in")
    cyd.hand.go("People")
    cyd.says(re.compile("Nobody is known yet"), "and sees nobody that was not shown")
    hand.follow("To the team")
    on.says("Cyd", "the new member is in the list")
    hand.press("Make administrator: Cyd")
    on.says("The role was changed.", "a role is given")
    hand.choose("Show your people to", "Cyd")
    hand.press("Show them")
    on.says(re.compile("You show Cyd all people"), "what is shown to whom stands there, with its rule")
    accessible(on)
    cyd.hand.go("People")
    cyd.says("Bob Brown", "a colleague sees what is shown")
    cyd.hand.go("Account")
    cyd.hand.follow(re.compile("Your team"))
    cyd.hand.follow(re.compile("Leave the team"))
    accessible(cyd)
    cyd.hand.fill("Your e-mail address", "cyd@example.test")
    cyd.hand.press("Leave the team")
    cyd.at("/left", "a member leaves by themselves")
    cyd.hand.follow("Sign in there")
    cyd.hand.fill("E-mail address", "cyd@example.test")
    cyd.hand.fill("Password", PASSWORD)
    cyd.hand.press("Sign in")
    cyd.at("/$", "and signs in to an account of their own")
    cyd.hand.go("People")
    cyd.says(re.compile("Nobody is known yet"), "where nobody of the team is seen")
    cyd.end()
    hand.go("Account")
    hand.follow(re.compile("Your team"))
    on.holds("who left is in the list no more", not hand.page.get_by_text("cyd@example.test").count())
