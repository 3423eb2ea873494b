"""Rehearsing a program: everything really happens, in a transaction that is taken back.

People enter by the entry statement, and the runner walks them on from one due moment to
the next, with whatever else their customers are in. The rows that this writes are the
answer. Nothing can leave: the queues deliver after a commit, and there is none.
"""

from contextlib import closing, contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from .lifecycle_retry import CONCURRENCY_ERRORS
from .play import Play

# Of a rehearsal that met another transaction.
TRIES = 3
# Whoever is rehearsed may have to wait for a row, but not for long.
LOCK_TIMEOUT = "10s"
# Events of so many days are examples of what starts a program.
EXAMPLE_DAYS = 30
MAX_EXAMPLES = 1000


def _refuse_to_commit():
    raise RuntimeError("A rehearsal is never committed")


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    @contextmanager
    def _on_stage(self):
        """This program as superuser, in a transaction of its own that ends with a
        rollback: with its draft where there is one, and running."""
        self.ensure_one()
        self.env.flush_all()
        with closing(self.env.registry.cursor()) as cr:
            cr.commit = _refuse_to_commit
            cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
            context = {"lifecycle_rehearsal": True, "tracking_disable": True}
            env = api.Environment(cr, SUPERUSER_ID, context)
            program = self.with_env(env).with_company(self.sudo().company_id.id)
            program.write(
                {
                    "state": "running",
                    "version_id": (program.draft_version_id or program.version_id).id,
                }
            )
            yield program

    def _find_newcomers(self, now, limit=None):
        """Who would enter now, with their entry values.

        For a program that starts with an event: to whom it has happened lately, as if
        it happened now. For one that starts by hand: the newest contacts.

        :param limit: look at no more examples than these
        :return: dict of entry values per contact id
        """
        with self._on_stage() as program:
            if program.start == "schedule":
                rule = program._rule(program.rule, entry=True)
                table = program._materialise({program: rule}, program.company_id, now)
                return dict.fromkeys(program._enrol_scan(table, now).partner_id.ids, {})
            examples = program._get_examples(now, limit or MAX_EXAMPLES)
            partners = program.env["res.partner"].browse(examples)
            entered = program._enrol_partners(partners, now, examples).partner_id
            return {one.id: examples[one.id] for one in partners & entered}

    def _get_examples(self, now, limit=None, partners=None):
        """Contacts with what their latest event of the kind brings along, the latest
        first; of a program without events the newest contacts.

        :return: dict of entry values per contact id
        """
        if self.start != "event":
            if partners is None:
                partners = self._get_newest_contacts(limit)
            return dict.fromkeys(partners.ids, {})
        candidates = SQL(
            """
            SELECT DISTINCT ON (p.id) p.id AS contact_id,
                   p.commercial_partner_id AS customer_id, e.id AS event_id,
                   e.payload AS event_payload, e.occurred_at
              FROM lifecycle_event e JOIN res_partner p ON p.id = e.partner_id
             WHERE e.type_id = ANY(%s) AND e.company_id = %s AND e.occurred_at <= %s
               AND %s
             ORDER BY p.id, e.occurred_at DESC, e.id DESC
            """,
            self.event_type_ids.ids,
            self.company_id.id,
            now,
            SQL("e.occurred_at > %s", now - timedelta(days=EXAMPLE_DAYS))
            if partners is None
            else SQL("p.id = ANY(%s)", partners.ids),
        )
        if self.recipient != "ordering" and partners is None:
            candidates = self._redirect_candidates(candidates)
        rows = self.env.execute_query(
            SQL(
                "SELECT contact_id, event_payload FROM (%s) AS c"
                " ORDER BY occurred_at DESC, event_id DESC LIMIT %s",
                candidates,
                limit,
            )
        )
        examples = {contact_id: payload or {} for contact_id, payload in rows}
        # Whoever was asked for and has no event enters without one.
        return examples | {
            one.id: {} for one in partners or [] if one.id not in examples
        }

    def _get_newest_contacts(self, limit):
        return self.env["res.partner"].search(
            [
                ("email_normalized", "!=", False),
                ("partner_share", "=", True),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            order="id desc",
            limit=limit,
        )

    def _rehearse(self, candidates, now, days, reacts=False, open_door=False):
        """Let these contacts in and walk them through the program, and take it back.

        :param candidates: dict of entry values per contact id; None for those of the
            contact's latest event
        :param reacts: whether people do what is waited for
        :param open_door: let them in whatever the entry rule says
        :return: list of values of `lifecycle.rehearsal.line`
        """
        # The runner speaks nobody's language; the lines are for whoever asked.
        tz = self.env.context.get("tz") or self.env.user.tz
        audience = {"lang": self.env.lang, "tz": tz}
        for attempt in range(TRIES):
            try:
                with self._on_stage() as program:
                    if open_door:
                        program._open_door()
                    return program._perform(candidates, now, days, reacts, audience)
            except CONCURRENCY_ERRORS:
                if attempt == TRIES - 1:
                    raise
        return []

    def _open_door(self):
        """Let everybody in who can be addressed."""
        self.write({"rule": False, "reentry": "cooldown", "cooldown_days": 0})

    def _perform(self, candidates, now, days, reacts, audience):
        """What `_rehearse` does, inside the transaction."""
        partners = self.env["res.partner"].browse(candidates)
        asked = partners.filtered(lambda one: candidates[one.id] is None)
        payloads = candidates | self._get_examples(now, partners=asked)
        told = self.with_context(**audience)
        checks = told._check_entries(asked, now)
        # Only a look itself decides which of a customer's contacts enters.
        refused = asked.filtered(
            lambda one: self.start == "schedule" and checks[self, one].status == "out"
        )
        inside = self.env["lifecycle.enrolment"].search(
            [
                ("program_id", "=", self.id),
                ("partner_id", "in", partners.ids),
                ("state", "=", "active"),
            ]
        )
        visits = {one.id: one.visit for one in inside}
        entered = self._enrol_partners(partners - refused, now, payloads)
        first = told._tell_entries(inside, entered, now)
        out = told._tell_refused(partners - (inside | entered).partner_id, checks, now)
        play = Play(inside | entered, now, now + timedelta(days=days), reacts)
        play.run()
        players = (inside | entered).with_context(**audience)
        return out + players._tell_rehearsal(play, first, visits)
