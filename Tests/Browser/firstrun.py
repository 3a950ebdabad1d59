"""From an empty house to a CRM that is kept in step, without the command line."""
import re


def mailbox(on, server):
    """A mailbox connected by what its page says, and the people known from it."""
    hand = on.hand
    on.visit.open("/start")
    hand.follow("Connect your mailbox")
    hand.fill("Your e-mail address", "ada@example.test")
    hand.press("Find the server")
    hand.fill("Mail server (IMAP)", server["host"])
    hand.fill("Port", server["port"])
    hand.fill("Name to log in by", server["user"])
    hand.press("See what would be read")
    on.says(re.compile("Kith reads the mails in all folders"), "what will be read stands in plain words")
    hand.fill(re.compile("Password there"), server["password"])
    hand.unfold("certificate of its own")
    hand.fill("Certificate", server["authority"])
    hand.tick(re.compile("right", re.I))
    hand.press("Connect and read")
    on.at("/start", "the mailbox is connected")
    on.holds("the people of it are known within a minute or two", hand.await_words("These are the people you know"))
    on.says("Bob Brown", "and who wrote is among them")


def crm(on):
    """A CRM chosen, what would leave read and approved."""
    hand = on.hand
    hand.follow("Choose your CRM")
    hand.follow(re.compile("folder", re.I))
    hand.fill(re.compile("folder", re.I), "people")
    hand.press("Read what would leave")
    on.at("/crm/destination_", "what would leave is shown")
    on.says("Bob Brown", "with each person and field")
    hand.press("Approve")
    on.at(r"/crm\?done=accepted", "and approved")
    on.holds("it arrives there", hand.await_words(re.compile("made there")))
