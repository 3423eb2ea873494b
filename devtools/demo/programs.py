"""Taking the programs into use, as a marketer would after a look.

What a company has to choose itself (offers, renewal periods, discounts, texts of its
own) is filled in from what the shop sells.
"""

import re
from collections import Counter, defaultdict
from datetime import timedelta

from odoo.fields import Command

from .categories import OTHER
from .life import CARE_PLAN
from .purchases import GOODS, History
from .world import World

SHOP = "https://www.northwind-lane.example"
CARE_CONTENT = (
    ("guide", "Making things last", "How to keep what you own in use for longer."),
    ("guide", "Repair or replace?", "Four questions that settle it."),
    ("article", "What wears out first", "And what to do about it in time."),
    ("article", "Cleaning without harm", "Less is nearly always better."),
    ("story", "Twenty years with one set", "A customer tells how she does it."),
    ("checklist", "The yearly look", "Ten things to go through once a year."),
)
# Rows of the tables: as many as a marketer would look after.
MOST_OFFERS = 8
SUPPLIES_MONTHS = 3
# The program that most people enter tries two subjects, on a small shop's numbers.
TESTED = "upsell"
TEST_SAMPLE = 100
BY_BEST_CHANNEL = "renewal"
# Percent of the coupons, in the order in which a program gives them.
PERCENTS = (5, 10, 20)


class Programs:
    """Fills in and publishes every program that came with the addon."""

    def __init__(self, world: World, history: History):
        self.world = world
        self.history = history
        self._categories = {}

    def start(self) -> None:
        """Publish them all; what a program still lacks stops the run."""
        with self.world.transaction() as env:
            self._categories = {
                category.name: category.id
                for category in env["product.category"].search([])
            }
            programs = env["lifecycle.program"].search([])
            self._write_content(env)
            self._choose_periods(env)
            coupons = self._make_coupons(env)
            for program in programs:
                self._choose_offers(program)
                self._choose_coupons(program, coupons)
                self._test_subject(program)
                self._choose_channels(program)
            # Years of customers meet the programs at once; nobody is there to agree.
            programs.company_id.lifecycle_launch_limit = 0
            programs.user_id = self.world.marketer
            programs.action_publish()

    # ------------------------------------------------------------------ content

    def _write_content(self, env) -> None:
        """A second topic, and a page of the shop for every item."""
        topic = env["lifecycle.topic"].create({"name": "Care", "code": "care"})
        env["lifecycle.content"].create(
            [
                {"name": name, "kind": kind, "text": text, "topic_id": topic.id}
                for kind, name, text in CARE_CONTENT
            ]
        )
        for content in env["lifecycle.content"].search([("link", "=", False)]):
            page = re.sub(r"\W+", "-", content.name.lower()).strip("-")
            content.link = f"{SHOP}/library/{page}"

    # ---------------------------------------------------------------- discounts

    def _make_coupons(self, env) -> list[int]:
        """A coupon program for each percentage."""
        programs = env["loyalty.program"].create(
            [
                {
                    "name": f"{percent} % off",
                    "program_type": "coupons",
                    "applies_on": "current",
                    "trigger": "with_code",
                    "reward_ids": [
                        Command.create(
                            {
                                "reward_type": "discount",
                                "discount": percent,
                                "discount_mode": "percent",
                                "discount_applicability": "order",
                                "required_points": 1,
                            }
                        )
                    ],
                }
                for percent in PERCENTS
            ]
        )
        return programs.ids

    def _choose_coupons(self, program, coupons: list[int]) -> None:
        """The first discount of a program is the smallest."""
        version = program.draft_version_id or program.version_id
        steps = version.step_ids.filtered(
            lambda step: step.type == "grant" and step.grant_kind == "coupon"
        )
        for number, step in enumerate(steps):
            step.loyalty_program_id = coupons[min(number, len(coupons) - 1)]

    # ----------------------------------------------------------------- A/B tests

    def _test_subject(self, program) -> None:
        """Is the first offer read more when its subject begins with the name?"""
        if program.code != TESTED:
            return
        version = program.draft_version_id
        first = version.step_ids.filtered(lambda step: step.type == "mail")[:1]
        first.action_make_test()
        test = version.step_ids.filtered(lambda step: step.type == "ab_test")
        test.winner_min_sample = TEST_SAMPLE
        second = test.branch_ids[-1].next_step_id.message_id
        name = "{% if contact.first_name %}{{ contact.first_name }}, {% endif %}"
        second.subject = name + second.subject

    # ----------------------------------------------------------------- channels

    def _choose_channels(self, program) -> None:
        """A renewal that no mail can tell of is told on the next channel."""
        if program.code != BY_BEST_CHANNEL:
            return
        steps = program.draft_version_id.step_ids.filtered(
            lambda step: step.type == "mail"
            and step.message_id.category_id.code == "service"
        )
        steps.type = "message"
        for message in steps.message_id:
            short = "{{ company.name }}: " + message.subject
            message.write({"channel": "order", "body_text": short})

    # ------------------------------------------------------------------ renewals

    def _choose_periods(self, env) -> None:
        """The care plan lasts a year; the goods bought again most often, a season."""
        plan = env["product.product"].browse(self.world.product_by_code[CARE_PLAN])
        periods = [{"product_tmpl_id": plan.product_tmpl_id.id, "months": 12}]
        if supplies := self._bought_again():
            periods.append(
                {"categ_id": self._categories[supplies], "months": SUPPLIES_MONTHS}
            )
        env["lifecycle.period"].create(periods)

    def _bought_again(self) -> str:
        """The category that most customers bought again after about a season."""
        low, high = timedelta(days=60), timedelta(days=120)
        again, last = Counter(), {}
        for document in self.history.purchases:
            for category in self._categories_of(document):
                before = last.get((document.customer, category))
                if before and low <= document.at - before <= high:
                    again[category] += 1
                last[document.customer, category] = document.at
        return _most(again, 1)[0] if again and len(self._sold()) > 1 else ""

    # -------------------------------------------------------------------- offers

    def _choose_offers(self, program) -> None:
        """Fill the program's table, if it lives on one."""
        if program.offer_ids or program.pick not in ("offer", "category"):
            return
        if program.pick == "category":
            names = [*_most(self._sold(), MOST_OFFERS), "Services"]
            rows = [{"offered_categ_id": self._categories[name]} for name in names]
        else:
            rows = self._upsell_rows(program.env)
        program.write(
            {
                "offer_ids": [
                    Command.create(
                        {
                            "sequence": number,
                            "link": f"{SHOP}/offers/{number}",
                            "pitch": "Goes well with what you have chosen.",
                            **row,
                        }
                    )
                    for number, row in enumerate(rows, 1)
                ]
            }
        )

    def _upsell_rows(self, env) -> list[dict]:
        """What customers came back for within a month of a category, and for the
        category that sells best also the care plan."""
        follows = defaultdict(Counter)
        last = {}
        for document in self.history.purchases:
            categories = self._categories_of(document)
            for category, at in last.get(document.customer, {}).items():
                if document.at - at <= timedelta(days=30):
                    follows[category].update(categories - {category, OTHER})
            last.setdefault(document.customer, {}).update(
                dict.fromkeys(categories, document.at)
            )
        best = _most(self._sold(), MOST_OFFERS)
        rows = [
            {
                "bought_categ_id": self._categories[category],
                "offered_categ_id": self._categories[_most(follows[category], 1)[0]],
            }
            for category in best
            if follows[category]
        ]
        plan = env["product.product"].browse(self.world.product_by_code[CARE_PLAN])
        rows.append(
            {
                "bought_categ_id": self._categories[best[0]],
                "offered_product_id": plan.product_tmpl_id.id,
                "kind": "service",
                "pitch": "A year without worries about what you have bought.",
            }
        )
        return rows

    # --------------------------------------------------------------------- tools

    def _sold(self) -> Counter:
        """How many purchases held each category."""
        sold = Counter()
        for document in self.history.purchases:
            sold.update(self._categories_of(document) - {OTHER})
        return sold

    def _categories_of(self, document) -> set[str]:
        products = [self.history.products[line.product] for line in document.lines]
        return {product.category for product in products if product.kind == GOODS}


def _most(counter: Counter, number: int) -> list[str]:
    """The most frequent, and of those alike the first by name."""
    return sorted(counter, key=lambda name: (-counter[name], name))[:number]
