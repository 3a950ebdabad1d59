"""What one does of a morning: buckets, the game, the list of the day, people found and changed."""
import re


def buckets(on):
    """A bucket, people sorted into it in the game, and the last step taken back."""
    hand = on.hand
    hand.go("Today")
    hand.follow(re.compile("^(Buckets|Make your first bucket)$"))
    hand.fill("Name", "Friends")
    hand.fill("Every so many days", "10")
    hand.press("Make it")
    on.says("The bucket was made.", "a bucket is made")
    hand.follow("Play the bucket game")
    who = hand.page.locator("#who").inner_text()
    sort(on, "Friends", "1")
    on.says("Put into the bucket.", "somebody is sorted by one key or button")
    hand.press("Take it back")
    on.says("Taken back.", "the last step of the game is taken back")
    on.holds("whoever was sorted is asked for again", hand.page.locator("#who").inner_text() == who)
    for _ in range(2):
        sort(on, "Friends", "1")
        on.says("Put into the bucket.", "and sorted again")
    sort(on, "Skip", " ")
    on.says(re.compile("Skipped"), "somebody is left for later")


def sort(on, button, key):
    """In the game by its key where there is no pointer; the card has the focus by itself."""
    if on.way == "keys":
        with on.hand.page.expect_navigation():
            on.hand.page.keyboard.press("Space" if key == " " else key)
    else:
        on.hand.press(re.compile(button))


def today(on):
    """The list of the day: why, put off, taken back, logged."""
    hand = on.hand
    hand.go("Today")
    on.holds("somebody is on the list", hand.page.locator("ol.today > li").count() > 0)
    hand.press(re.compile("^Put .* off"))
    on.says(re.compile("Put off until"), "somebody is put off, and it is said until when")
    hand.press("Take it back")
    on.says("Taken back.", "and that is taken back")
    hand.press(re.compile("^Log that you were in touch"))
    on.says(re.compile("Logged"), "being in touch is logged, which settles it")
    hand.unfold("Rules of your day")
    hand.fill("Lines a day, at most", "3")
    hand.press("Set")
    on.says("The rules of your day were set.", "the cap of the day is set")


def people(on):
    """Filters, and many changed at once."""
    hand = on.hand
    hand.go("People")
    hand.unfold("Filters")
    hand.choose("Kind", "People")
    hand.press("Show")
    on.at(r"/people\?.*kind=person", "a filter is in the address, to keep")
    on.holds("machines are left out", not hand.page.get_by_text("House Portal").count())
    hand.tick("Choose Bob Brown")
    hand.tick("Choose Ivy Ito")
    hand.fill_last("Tag", "lake")
    hand.press_exactly("Tag")
    on.says("2 people were tagged.", "many are tagged at once")
    hand.press("Take it back")
    on.says(re.compile("2 changes were taken back|Taken back"), "and untagged again")
