"""What people do with the letters they get: synthetic, from the letter as delivered.

A reader knows nothing of programs. Opening loads the images, a click follows a link of
the text, an answer goes back to the address that the letter names.
"""

import re
from datetime import timedelta
from email.utils import parseaddr

from . import rates, replies
from .links import Link, read_images, read_links
from .outbox import Letter
from .world import World

# A personal code, as the addon makes them.
COUPON = re.compile(r"\b044[0-9a-f]{12}\b")
# Whoever gives this score or a lower one says why.
WHY_UP_TO = 6
REPLIES = (
    "Thanks, could you tell me what it would cost for us?",
    "This is interesting. Can somebody call me next week?",
    "How do I get started? I am not sure that I found it.",
    "Does it also come in a larger size?",
)


class Readers:
    """The people behind the mail addresses.

    :ivar codes: the coupon code that each reader has got last, and when.
    """

    def __init__(self, world: World):
        self.world = world
        self.codes = {}

    def receive(self) -> None:
        """Take the letters that came in and decide what becomes of each."""
        for letter in self.world.outbox.take_letters():
            if letter.address in self.world.key_by_email:
                self._decide(letter)

    # ---------------------------------------------------------------- decisions

    def _decide(self, letter: Letter) -> None:
        chance, agenda = self.world.chance, self.world.agenda
        key = (letter.address, letter.subject, letter.at.date())
        soon = letter.at + timedelta(minutes=5)
        if chance.happens(rates.DEAD_MAILBOX, letter.address, "dead"):
            agenda.plan(soon, self._send_back, "bounces", replies.bounce(letter))
            return
        if chance.happens(rates.OUT_OF_OFFICE, *key, "away"):
            agenda.plan(soon, self._send_back, "out_of_office", replies.absence(letter))
        opens = rates.OPENS * self._interest(letter.address)
        if _is_called(letter):
            opens *= rates.OPENS_OWN_NAME
        if chance.happens(opens, *key, "open"):
            hours = chance.between(*rates.OPENS_AFTER_HOURS, *key, "hours")
            agenda.plan(letter.at + timedelta(hours=hours), self._open, letter, key)
        elif chance.happens(rates.UNSUBSCRIBES, *key, "unsubscribe"):
            agenda.plan(soon + timedelta(hours=8), self._unsubscribe, letter)

    def _interest(self, address: str) -> float:
        """From 0.3 to 1.7: some read everything, some hardly anything."""
        return 0.3 + 1.4 * self.world.chance.number(address, "interest")

    def _open(self, letter: Letter, key: tuple) -> None:
        """Read a letter; everything else follows from reading."""
        html = letter.html()
        for image in read_images(html):
            if self.world.browser.is_ours(image):
                self.world.browser.get(image, letter.address)
        self._count("mails_opened")
        for code in COUPON.findall(html):
            self.codes[self.world.key_by_email[letter.address]] = (code, letter.at)
        links = [
            link for link in read_links(html) if self.world.browser.is_ours(link.url)
        ]
        chance, interest = self.world.chance, self._interest(letter.address)
        if chance.happens(rates.NO_THANKS_WHEN_OPENED, *key, "no thanks"):
            ways = [one for one in links if one.is_for("no-thanks", "unsubscribe")]
            self._press(ways, letter)
            return
        if chance.happens(rates.CLICKS_WHEN_OPENED * interest, *key, "click"):
            tracked = [link for link in links if link.tracked or link.is_for("guide")]
            self._click(tracked, letter, key)
        self._give_answer(
            [link for link in links if link.is_for("answer")], letter, key
        )
        self._fill_in_survey(
            [link for link in links if link.path.startswith("/survey/")], letter, key
        )
        if chance.happens(rates.REPLIES_WHEN_OPENED * interest, *key, "reply"):
            words = chance.one_of(REPLIES, *key, "words")
            self._send_back("replies", replies.answer(letter, words))

    # ------------------------------------------------------------------- links

    def _click(self, links: list[Link], letter: Letter, key: tuple) -> None:
        if links:
            link = self.world.chance.one_of(links, *key, "which")
            self.world.browser.get(link.url, letter.address)
            self._count("links_clicked")

    def _press(self, links: list[Link], letter: Letter) -> None:
        if links and self.world.browser.submit(links[0].url, letter.address):
            self._count("no_thanks")

    def _give_answer(self, links: list[Link], letter: Letter, key: tuple) -> None:
        """At most one of the answers that a letter asks for, by the words it has."""
        for number, link in enumerate(links):
            words, rate = next(
                (words, rate)
                for words, rate in rates.ANSWERS
                if re.search(words, link.text or "-", re.IGNORECASE)
            )
            if self.world.chance.happens(rate, *key, "answer", number):
                if self.world.browser.submit(link.url, letter.address):
                    self._count(f"answer: {link.text}")
                return

    def _fill_in_survey(self, links: list[Link], letter: Letter, key: tuple) -> None:
        chance = self.world.chance
        if not links or not chance.happens(rates.ANSWERS_SURVEY, *key, "survey"):
            return
        page = self.world.browser.get(links[0].url, letter.address)
        token = re.search(
            r"/survey/(?:start/)?([0-9a-f-]{36})[^\"]*?"
            r"answer_token=([0-9a-f-]{36})",
            links[0].url + page,
        )
        if not token:
            self.world.problems["survey link without an answer token"] += 1
            return
        score = chance.weighted(rates.SCORES, *key, "score")
        with self.world.transaction() as env:
            answered = answer_survey(env, token.group(2), score)
        if answered:
            self._count("surveys_answered")

    def _unsubscribe(self, letter: Letter) -> None:
        """The button of the mail program (RFC 8058)."""
        header = str(letter.headers["List-Unsubscribe"] or "")
        urls = [
            url
            for url in re.findall(r"<(http[^>]+)>", header)
            if self.world.browser.is_ours(url)
        ]
        if urls and letter.headers["List-Unsubscribe-Post"]:
            self.world.browser.post(
                urls[0], letter.address, {"List-Unsubscribe": "One-Click"}
            )
            self._count("one_click_unsubscribes")

    def _send_back(self, what: str, mail: bytes) -> None:
        """Hand a mail to Odoo's mail gateway, as the mail server would."""
        with self.world.transaction() as env:
            env["mail.thread"].message_process(False, mail)
        self._count(what)

    def _count(self, what: str) -> None:
        self.world.synthetic[what] += 1


def _is_called(letter: Letter) -> bool:
    """Whether the subject begins with the first name of the one it is written to."""
    name, _address = parseaddr(letter.to)
    return bool(name) and letter.subject.startswith(f"{name.split()[0]},")


def answer_survey(env, token: str, score: int) -> bool:
    """Fill in the survey as its page does; not twice."""
    answers = env["survey.user_input"].search([("access_token", "=", token)])
    if not answers or answers.state == "done":
        return False
    answers._mark_in_progress()
    for question in answers.survey_id.question_ids:
        if question.question_type == "scale":
            answers._save_lines(question, str(score))
        elif question.question_type == "text_box" and score <= WHY_UP_TO:
            answers._save_lines(question, "It took longer than I expected.")
    answers._mark_done()
    return True
