"""How many contacts a rule matches, while it is written: guessed, then counted."""

import random
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg2.errors import QueryCanceled

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import RuleError
from ..engine.fact import Fact
from ..engine.parts import conjuncts, parts, together
from ..engine.values import SQL_TYPES, zone
from .speaking import in_user_language

#: So many contacts are looked at for an estimate.
SAMPLE = 1000
#: More ids than this are not tried to find them, however many are gaps.
MAX_DRAWS = 20 * SAMPLE
#: With so few ids, all contacts are looked at.
SMALL = 3 * SAMPLE
ESTIMATE_SECONDS = 5
COUNT_SECONDS = 20
EXAMPLES = 10


@dataclass(frozen=True)
class Sample:
    """Contacts that stand for all.

    :ivar partners: SELECT of their ids
    :ivar weight: how many contacts each stands for; 1 when all are in it
    """

    partners: SQL
    weight: float


class LifecycleRuleEditor(models.AbstractModel):
    _inherit = "lifecycle.rule.editor"

    # ------------------------------------------------------------
    # ASKED BY THE CLIENT
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    @in_user_language
    def estimate(self, text, model, res_id, field, form=None):
        """About how many contacts match, from a sample: fast, and the same each time.

        :return: ``count`` and ``total`` (all addressable contacts), ``exact`` when the
            sample holds everybody; ``sample`` (its size) and ``clauses``: of each part
            of the rule its ``text``, ``depth`` and ``count`` in the sample; ``note``
            when a part was left out. Or ``reason``: why nobody can be counted.
        :rtype: dict
        """
        place, rule, note = self._countable(text, model, res_id, field, form)
        if rule is None:
            return {"reason": note}
        sample = self._sample(place.company)
        words = self.env["lifecycle.fact"]._value_words([rule], place.company)
        clauses = parts(rule, words)
        with self._limited(ESTIMATE_SECONDS) as answer:
            size, matching, *counts = self._count_sample(
                [rule, *(part.rule for part in clauses)], place, sample.partners
            )
            answer.update(
                count=self._round(matching, sample),
                total=self._round(size, sample),
                exact=sample.weight == 1,
                sample=size,
                clauses=[
                    {"text": part.text, "depth": part.depth, "count": count}
                    for part, count in zip(clauses, counts, strict=True)
                ],
                note=note,
            )
        return answer

    @api.model
    @api.readonly
    def count(self, text, model, res_id, field, form=None):
        """How many contacts match, exactly.

        :return: ``count``, and ``note`` when a part of the rule was left out; or
            ``reason``: why there is no number
        :rtype: dict
        """
        place, rule, note = self._countable(text, model, res_id, field, form)
        if rule is None:
            return {"reason": note}
        with self._limited(COUNT_SECONDS) as answer:
            query = SQL(
                "SELECT count(*) FROM (%s) AS matching", self._matching(rule, place)
            )
            self.env.cr.execute(query, log_exceptions=False)
            answer.update(count=self.env.cr.fetchone()[0], note=note)
        return answer

    @api.model
    @api.readonly
    def examples(self, text, model, res_id, field, form=None):
        """Ten contacts that match: from the sample, and if it has too few, from all.

        :return: ``contacts``, a list of ``id`` and ``name``; or ``reason``
        :rtype: dict
        """
        place, rule, note = self._countable(text, model, res_id, field, form)
        if rule is None:
            return {"reason": note}
        contacts = self.env["res.partner"]
        sample = self._sample(place.company)
        with self._limited(COUNT_SECONDS) as answer:
            ids = self._first_matching(rule, place, sample.partners)
            if len(ids) < EXAMPLES and sample.weight != 1:
                ids = self._first_matching(rule, place)
            # Those that the user may see, in one search.
            contacts = contacts.search([("id", "in", ids)], order="name, id")
            answer["contacts"] = [
                {"id": contact.id, "name": contact.display_name} for contact in contacts
            ]
        return answer

    # ------------------------------------------------------------
    # WHAT CAN BE COUNTED
    # ------------------------------------------------------------

    @api.model
    def _can_count(self):
        """Counting answers any question about customers: for who writes rules only."""
        return self.env.user.has_group("lifecycle_programs.group_lifecycle_marketer")

    @api.model
    @in_user_language
    def _countable(self, text, model, res_id, field, form):
        """The place, the rule that can be counted, and a note about what is left out.

        Events and enrolments are not there before they happen: the conditions on them
        are left out where the others stand beside them with "and".

        :return: the rule is None when nobody can be counted; then the note says why
        """
        self._check_group("lifecycle_programs.group_lifecycle_marketer")
        place = self._place(model, res_id, field, form)
        try:
            rule = place.parse(str(text or ""))
        except RuleError as error:
            # While one types, a text is wrong most of the time: that is no failure.
            return place, None, str(error)
        known = self.env["lifecycle.fact"]._facts().keys() | place.values.keys()
        if place.is_scan:
            known |= {name for name in rule.facts if name.startswith("event.")}
        if rule.facts <= known:
            return place, rule, ""
        kept = [part for part in conjuncts(rule) if part.facts <= known]
        if kept:
            note = self.env._(
                "Counted without the conditions on what will only be known then."
            )
            return place, together(rule, kept), note
        note = self.env._(
            "Nobody can be counted beforehand: the rule asks for what will only be "
            "known when it happens."
        )
        return place, None, note

    # ------------------------------------------------------------
    # QUERIES
    # ------------------------------------------------------------

    @api.model
    def _sample(self, company):
        """Contacts at random, the same ones at every call.

        Ids are drawn, not rows: looking at all rows to choose a thousand would take
        longer than everything else.

        :rtype: Sample
        """
        (rows,) = self.env.execute_query(
            SQL(
                """
                SELECT min(id), max(id),
                       (SELECT reltuples FROM pg_class
                         WHERE oid = 'res_partner'::regclass)
                  FROM res_partner
                """
            )
        )
        first, last, rows = rows
        ids = range(first or 0, (last or 0) + 1)
        if len(ids) <= SMALL:
            return Sample(self._addressable_among(company, SQL("TRUE")), 1)
        # Never analysed: taken for as sparse as may be.
        density = min(max(rows, 0) / len(ids), 1) or SAMPLE / MAX_DRAWS
        draws = min(int(SAMPLE / density), MAX_DRAWS, len(ids))
        drawn = random.Random(0).sample(ids, draws)
        condition = SQL("partner.id = ANY(%s)", drawn)
        return Sample(self._addressable_among(company, condition), len(ids) / draws)

    @api.model
    def _addressable_among(self, company, condition):
        return SQL(
            """
            SELECT partner.id FROM res_partner partner
             WHERE %s AND %s
               AND (partner.company_id IS NULL OR partner.company_id = %s)
            """,
            condition,
            self.env["lifecycle.fact"]._addressable("partner"),
            company.id,
        )

    @api.model
    def _round(self, count, sample):
        """The number of all contacts that a number in the sample stands for, with no
        more digits than it deserves."""
        if sample.weight == 1:
            return count
        return int(float(f"{count * sample.weight:.2g}"))

    @api.model
    def _count_sample(self, rules, place, partners):
        """How many contacts are in a sample, and how many of them each rule matches."""
        now = fields.Datetime.now()
        conditions = [self._condition(rule, place, now) for rule in rules]
        counts = [SQL("count(*) FILTER (WHERE %s)", one) for one in conditions]
        query = SQL(
            "SELECT %s FROM (%s) AS snapshot",
            SQL(", ").join([SQL("count(*)"), *counts]),
            self._snapshot_of(rules, place, now, partners),
        )
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchone()

    @api.model
    def _matching(self, rule, place, partners=None):
        """SELECT of the ``contact_id`` of those who match, the numbers filled in."""
        now = fields.Datetime.now()
        return SQL(
            "SELECT snapshot.contact_id FROM (%s) AS snapshot WHERE %s",
            self._snapshot_of([rule], place, now, partners),
            self._condition(rule, place, now),
        )

    @api.model
    def _first_matching(self, rule, place, partners=None):
        query = SQL("%s LIMIT %s", self._matching(rule, place, partners), EXAMPLES)
        self.env.cr.execute(query, log_exceptions=False)
        return [contact_id for (contact_id,) in self.env.cr.fetchall()]

    @api.model
    def _snapshot_of(self, rules, place, now, partners):
        names = {name for rule in rules for name in rule.facts}
        names &= self.env["lifecycle.fact"]._facts().keys()
        return self.env["lifecycle.fact"]._snapshot(
            names, place.company, now, partners=partners
        )

    @api.model
    def _condition(self, rule, place, now):
        def column(name):
            if name in place.values:
                return "%s::numeric", (place.values[name],)
            if name.startswith("event."):
                return f"NULL::{SQL_TYPES[place.facts[name].type]}", ()
            return f'snapshot."{name}"'

        tz = zone(place.company.partner_id.tz).key
        condition, parameters = rule.sql(column, now, tz)
        return SQL(condition, *parameters)

    @api.model
    def _sampled_values(self, fact: Fact, term, limit):
        """The values of a text fact in the sample that hold the term, frequent first.

        :rtype: list[str]
        """
        sample = self._sample(self.env.company)
        snapshot = self.env["lifecycle.fact"]._snapshot(
            [fact.name], self.env.company, fields.Datetime.now(), sample.partners
        )
        # The registry lets nothing but letters, digits, "_" and "." into a name.
        value = SQL(f'snapshot."{fact.name}"')
        if fact.type == "text_list":
            value = SQL("unnest(%s)", value)
        with self._limited(ESTIMATE_SECONDS) as answer:
            query = SQL(
                """
                SELECT value FROM (SELECT %s AS value FROM (%s) AS snapshot) AS given
                 WHERE value <> '' AND strpos(lower(value), lower(%s)) > 0
                 GROUP BY value ORDER BY count(*) DESC, value LIMIT %s
                """,
                value,
                snapshot,
                term,
                limit,
            )
            self.env.cr.execute(query, log_exceptions=False)
            answer["values"] = [value for (value,) in self.env.cr.fetchall()]
        return answer.get("values", [])

    @contextmanager
    def _limited(self, seconds):
        """An answer to be filled in by queries that may take so long at most; when they
        take longer, it says so in ``reason``."""
        answer = {}
        cr = self.env.cr
        try:
            with cr.savepoint(flush=False):
                # Compiling the plan would take longer than running it on a sample.
                cr.execute(
                    SQL(
                        "SELECT set_config('statement_timeout', %s, TRUE),"
                        " set_config('jit', 'off', TRUE)",
                        f"{int(seconds * 1000)}",
                    )
                )
                yield answer
                cr.execute("SET LOCAL statement_timeout TO DEFAULT")
        except QueryCanceled:
            answer.clear()
            answer["reason"] = self.env._(
                "Counting took longer than %(seconds)s seconds and was stopped. The "
                "program itself takes the time it needs.",
                seconds=seconds,
            )
