"""Why a contact gets into a program or not: what the entry asks, answer by answer.

The questions are those of the entry statement itself, and so is their SQL. Only their
words are made here.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .speaking import in_user_language

# Of a contact's events that wait to be worked off, so many are looked at.
WAITING_EVENTS = 10
# Tables that explanations see as they were, by the column that says since when a row
# is there.
DATED = {
    "lifecycle_enrolment": "entered_at",
    "lifecycle_opt_out": "opted_out_at",
    "lifecycle_alert": "answered_at",
    "sale_order": "date_order",
}


@dataclass(frozen=True)
class Line:
    """Something besides the rule that an entry, or a message, depends on.

    :param code: one word
    :param ok: whether it lets the contact pass
    :param text: the fact behind it, in a sentence
    :param reason: the fact in the middle of a sentence: "no answer to the survey yet"
    :param until: naive UTC, when it stops standing in the way, where that is known
    :param basic: without it nobody need look at the rule
    """

    code: str
    ok: bool
    text: str
    reason: str = ""
    until: datetime | None = None
    basic: bool = False


@dataclass
class EntryCheck:
    """How one contact stands to the entry of one program at a moment.

    :ivar answers: by the names of the conditions of the entry statement
    :ivar values: what the entry rule reads, by name
    :ivar event: the event that it was judged by, maybe none
    :ivar enrolments: the contact's entries until then, the latest first
    :ivar inside: the entry that was going on at that moment, maybe none
    :ivar by_hand: whether a person, or another program, would add the contact
    :ivar explanation: of the entry rule, clause by clause
    :ivar changes: the fewest clauses that would have to turn for the rule to say yes
    """

    program: Any
    partner: Any
    as_of: datetime
    by_hand: bool
    rule: Any
    answers: dict
    values: dict
    entry_key: str
    paused_until: datetime | None
    last_buyer: Any
    event: Any
    enrolments: Any
    inside: Any
    opt_out: Any
    explanation: Any = None
    changes: list = field(default_factory=list)
    lines: list = field(default_factory=list)

    @property
    def hindrances(self):
        """What stands in the way besides the rule."""
        return [line for line in self.lines if not line.ok]

    @property
    def enters(self):
        """Whether the entry would let the contact in."""
        return self.answers["rule"] and not self.hindrances

    @property
    def status(self):
        """``in``, ``enters`` or ``out``."""
        return "in" if self.inside else "enters" if self.enters else "out"


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _check_entries(self, partners, as_of=None, by_hand=False):
        """How contacts stand to the entry of these programs.

        A constant number of queries per company, however many contacts and programs.

        :param partners: contacts that the user may read
        :param as_of: naive UTC, now by default; facts that keep history are those of
            that moment, the programs and their rules are those of today
        :param by_hand: ask as if a person or another program added them now
        :return: an `EntryCheck` by program and partner; none for a program whose rule
            cannot be read any more
        :rtype: dict[tuple, EntryCheck]
        """
        self.check_access("read")
        partners.check_access("read")
        as_of = as_of or fields.Datetime.now()
        self.env.flush_all()
        checks = {}
        for company, programs in self.sudo().grouped("company_id").items():
            programs = programs.with_company(company)
            checks |= programs._check_company_entries(
                partners.sudo().with_company(company), as_of, by_hand
            )
        return checks

    def _check_company_entries(self, partners, as_of, by_hand):
        rules = {}
        for program in self:
            try:
                rules[program] = program._rule(program.rule, entry=True)
            except ValidationError:
                continue
        if not rules or not partners:
            return {}
        rows = self._ask_entries(rules, partners, as_of, by_hand)
        found = self._find_for_checks(rows, partners, as_of)
        checks = defaultdict(list)
        for row in rows:
            program = self.browse(row["program_id"])
            check = program._prepare_check(row, rules[program], as_of, by_hand, found)
            check.lines = program._get_entry_lines(check)
            checks[program, check.partner].append(check)
        best = {key: self._choose_check(some) for key, some in checks.items()}
        words = self.env["lifecycle.fact"]._value_words(
            rules.values(), self.company_id, [row["values"] or {} for row in rows]
        )
        for check in best.values():
            check.program._explain_rule(check, words)
        return best

    @api.model
    def _choose_check(self, checks):
        """Of several events that wait, the first that lets the contact in."""
        for check in checks:
            if check.enters:
                return check
        return max(checks, key=lambda check: check.event.occurred_at or check.as_of)

    @in_user_language
    def _explain_rule(self, check, words):
        """Put the clauses of the entry rule, and what would turn it, into a check.

        :param words: as `lifecycle.fact._value_words` gives them
        """
        labels = self.env["lifecycle.fact"]._facts() | self._rule_facts(entry=True)
        asked = (check.values, check.as_of, self._tz(), labels, words)
        check.explanation = check.rule.explain(*asked)
        if check.explanation.result:
            return
        # What an event brings along cannot change later: only where nothing else helps,
        # another event is asked for.
        brought = {n for n in check.rule.facts if n.startswith(("event.", "entry."))}
        check.changes = check.rule.smallest_change(*asked, brought)
        if not check.changes and (check.event or self.start != "event"):
            check.changes = check.rule.smallest_change(*asked)

    # ------------------------------------------------------------
    # THE QUESTIONS
    # ------------------------------------------------------------

    def _ask_entries(self, rules, partners, as_of, by_hand):
        """The conditions of the entry statement, each by itself: dictionaries."""
        facts = self.env["lifecycle.fact"]
        names = set()
        for program, rule in rules.items():
            names.update(program._entry_fact_names(rule))
        known = facts._snapshot(
            sorted(names), self.company_id, as_of, partners=partners.ids
        )
        questions = [
            program._entry_question(rule, partners, as_of, by_hand)
            for program, rule in rules.items()
        ]
        return self.env.execute_query_dict(
            SQL(
                "WITH known AS MATERIALIZED (%s) SELECT * FROM (%s) AS asked",
                known,
                SQL(" UNION ALL ").join(questions),
            )
        )

    def _entry_question(self, rule, partners, as_of, by_hand):
        """SELECT of a row per contact, and per event of its that could let it in."""
        conditions = self._entry_question_conditions(rule, as_of, by_hand)
        values = self._entry_values(rule)
        answers = SQL(", ").join(
            SQL("%s, %s", name, condition) for name, condition in conditions.items()
        )
        return SQL(
            """
            (WITH %(dated)s,
                  candidate AS MATERIALIZED (%(candidates)s),
                  picked AS (%(picked)s)
             SELECT %(program)s AS program_id, c.contact_id, c.event_id, c.entry_key,
                    jsonb_build_object(%(answers)s) AS answers, %(values)s AS values,
                    %(paused)s AS paused_until, %(buyer)s AS last_buyer_id
               FROM picked c
               JOIN known s ON s.contact_id = c.contact_id
               JOIN res_partner p ON p.id = c.contact_id
              ORDER BY c.occurred_at, c.event_id)
            """,
            dated=SQL(", ").join(
                SQL(
                    "%(table)s AS NOT MATERIALIZED"
                    " (SELECT * FROM %(table)s WHERE %(since)s <= %(as_of)s)",
                    table=SQL.identifier(table),
                    since=SQL.identifier(since),
                    as_of=as_of,
                )
                for table, since in DATED.items()
            ),
            candidates=self._check_candidates(partners, as_of, by_hand),
            picked=self._picked(as_of, everybody=True),
            program=self.id,
            answers=answers,
            values=values,
            paused=self._paused_until(as_of),
            buyer=self._last_buyer(),
        )

    def _entry_question_conditions(self, rule, as_of, by_hand):
        """The conditions of the entry statement, and those that stand elsewhere in it:
        SQL by name."""
        conditions = self.env["lifecycle.fact"]._addressable_conditions(SQL("p"))
        if self.pick:
            conditions["pick"] = SQL("c.has_pick")
        if self.start == "schedule" and not by_hand:
            conditions["other_company"] = SQL(
                "(p.company_id IS NULL OR p.company_id = %s)", self.company_id.id
            )
        # What the unique key of active enrolments refuses.
        conditions["inside"] = SQL(
            """
            NOT EXISTS (SELECT FROM lifecycle_enrolment e
                         WHERE e.program_id = %s AND e.partner_id = c.contact_id
                           AND e.entry_key = c.entry_key
                           AND (e.state = 'active' OR e.ended_at > %s))
            """,
            self.id,
            as_of,
        )
        # Those who ordered, and those whom somebody adds, enter themselves.
        everybody = (
            by_hand
            or self.start == "manual"
            or (self.start, self.recipient) == ("event", "ordering")
        )
        addressee = None if everybody else self._scan_addressee()
        return conditions | self._entry_conditions(rule, as_of, addressee)

    def _check_candidates(self, partners, as_of, by_hand):
        """The contacts as candidates of the entry statement, each with its events of
        the kind that starts the program: those that wait, and the latest of the others.
        """
        if self.start != "event" or by_hand:
            return SQL(
                """
                SELECT p.id AS contact_id, p.commercial_partner_id AS customer_id,
                       NULL::integer AS event_id, '{}'::jsonb AS event_payload,
                       NULL::timestamp AS occurred_at
                  FROM res_partner p WHERE p.id = ANY(%s)
                """,
                partners.ids,
            )
        whose = SQL("e.partner_id = p.id")
        if self.recipient != "ordering":
            whose = SQL(
                "e.partner_id IN (SELECT x.id FROM res_partner x"
                " WHERE x.commercial_partner_id = p.commercial_partner_id)"
            )
        return SQL(
            """
            SELECT p.id AS contact_id, p.commercial_partner_id AS customer_id,
                   e.id AS event_id, e.payload AS event_payload, e.occurred_at
              FROM res_partner p
              LEFT JOIN LATERAL (
                   (SELECT e.* FROM lifecycle_event e
                     WHERE %(whose)s AND %(kind)s
                       AND (e.processed_at IS NULL OR e.processed_at > %(as_of)s)
                     ORDER BY e.occurred_at, e.id LIMIT %(limit)s)
                    UNION ALL
                   (SELECT e.* FROM lifecycle_event e
                     WHERE %(whose)s AND %(kind)s AND e.processed_at <= %(as_of)s
                     ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1)
                   ) AS e ON true
             WHERE p.id = ANY(%(partners)s)
            """,
            whose=whose,
            kind=SQL(
                "e.type_id = ANY(%s) AND e.company_id = %s AND e.occurred_at <= %s",
                self.event_type_ids.ids,
                self.company_id.id,
                as_of,
            ),
            as_of=as_of,
            limit=WAITING_EVENTS,
            partners=partners.ids,
        )

    # ------------------------------------------------------------
    # THE FACTS BEHIND THE ANSWERS
    # ------------------------------------------------------------

    def _find_for_checks(self, rows, partners, as_of):
        """The records that the words need, fetched once for all checks."""
        enrolments = self.env["lifecycle.enrolment"].search(
            [
                ("program_id", "in", self.ids),
                ("partner_id", "in", partners.ids),
                ("entered_at", "<=", as_of),
            ],
            order="entered_at desc, id desc",
        )
        addresses = partners.mapped("email_normalized")
        addresses += partners.mapped("phone_sanitized")
        opt_outs = self.env["lifecycle.opt.out"].search(
            [
                ("program_id", "in", self.ids),
                ("address", "in", [address for address in addresses if address]),
                ("opted_out_at", "<=", as_of),
            ]
        )
        return {
            "events": self.env["lifecycle.event"].browse(
                {row["event_id"] for row in rows} - {None}
            ),
            "enrolments": enrolments.grouped(lambda e: (e.program_id, e.partner_id)),
            "opt_outs": opt_outs.grouped(lambda o: (o.program_id, o.address)),
        }

    def _prepare_check(self, row, rule, as_of, by_hand, found):
        self.ensure_one()
        # Browsed together, so that they are fetched together.
        partner = self.env["res.partner"].browse(row["contact_id"])
        event = self.env["lifecycle.event"].browse(row["event_id"] or ())
        event = event.with_prefetch(found["events"]._ids)
        enrolments = found["enrolments"].get(
            (self, partner), self.env["lifecycle.enrolment"]
        )
        opt_out = self.env["lifecycle.opt.out"]
        for address in (partner.email_normalized, partner.phone_sanitized):
            opt_out = opt_out or found["opt_outs"].get((self, address), opt_out)
        return EntryCheck(
            program=self,
            partner=partner,
            as_of=as_of,
            by_hand=by_hand,
            rule=rule,
            answers=row["answers"],
            values=row["values"] or {},
            entry_key=row["entry_key"],
            paused_until=row["paused_until"],
            last_buyer=self.env["res.partner"].browse(row["last_buyer_id"] or ()),
            event=event,
            enrolments=enrolments,
            inside=enrolments.filtered(lambda one: one._was_inside(as_of))[:1],
            opt_out=opt_out[:1],
        )


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _was_inside(self, as_of):
        """Whether the contact was in the program by this enrolment at that moment."""
        self.ensure_one()
        return self.entered_at <= as_of and (
            self.state in ("active", "error")
            or bool(self.ended_at and self.ended_at > as_of)
        )
