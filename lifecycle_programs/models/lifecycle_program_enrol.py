"""The only way into a program: one INSERT ... SELECT over a snapshot of facts."""

import json
import logging
from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .lifecycle_retry import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

PAUSE_AFTER_TAKE_OVER = timedelta(days=30)


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    # ------------------------------------------------------------
    # WAYS IN
    # ------------------------------------------------------------

    def _enrol_events(self, events, now):
        """Enrol the contacts of some events, of which each contact has one.

        :return: the new enrolments
        """
        self.ensure_one()
        candidates = SQL(
            """
            SELECT p.id AS contact_id, p.commercial_partner_id AS customer_id,
                   e.id AS event_id, e.payload AS event_payload, e.occurred_at
              FROM lifecycle_event e
              JOIN res_partner p ON p.id = e.partner_id
             WHERE e.id = ANY(%s)
            """,
            list(events._ids),
        )
        if self.recipient != "ordering":
            candidates = self._redirect_candidates(candidates)
        return self._insert_enrolments(candidates, now)

    def _enrol_events_or_tell(self, events, now):
        """As `_enrol_events`, whatever happens: all together, and when that fails one
        by one, so that only the guilty contact stays out.

        :return: the error per event that failed
        """
        with self._own_failure("entry") as failure:
            self._enrol_events(events, now)
        if not failure:
            return {}
        if len(events) == 1 or isinstance(failure[0], ValidationError):
            # A broken rule is broken for everybody.
            return dict.fromkeys(events, failure[0])
        failed = {}
        for event in events:
            failed |= self._enrol_events_or_tell(event, now)
        return failed

    def _enrol_partners(self, partners, now, payload=None):
        """Enrol contacts by hand or from another program.

        :param payload: entry values per contact id
        :return: the new enrolments
        """
        self.ensure_one()
        payload = payload or {}
        if not partners:
            return self.env["lifecycle.enrolment"]
        candidates = SQL(
            """
            SELECT p.id AS contact_id, p.commercial_partner_id AS customer_id,
                   NULL::integer AS event_id, v.payload AS event_payload,
                   NULL::timestamp AS occurred_at
              FROM unnest(%s, %s::jsonb[]) AS v(contact_id, payload)
              JOIN res_partner p ON p.id = v.contact_id
            """,
            list(partners._ids),
            [json.dumps(payload.get(partner_id) or {}) for partner_id in partners._ids],
        )
        return self._insert_enrolments(candidates, now)

    def _enrol_scan(self, table, now):
        """Enrol whoever matches in a materialised snapshot of all contacts, a table
        with an index on ``contact_id``."""
        self.ensure_one()
        rule = self._rule(self.rule, entry=True)
        candidates = SQL(
            """
            SELECT p.id AS contact_id, p.commercial_partner_id AS customer_id,
                   NULL::integer AS event_id, '{}'::jsonb AS event_payload,
                   NULL::timestamp AS occurred_at
              FROM (SELECT s.contact_id
                      FROM %s s
                     CROSS JOIN (SELECT '{}'::jsonb AS event_payload) c
                     WHERE %s
                    OFFSET 0) AS matched
              JOIN res_partner p ON p.id = matched.contact_id
            """,
            SQL.identifier(table),
            self._scan_condition(rule, now),
        )
        facts = SQL(
            "JOIN LATERAL (SELECT * FROM %s f WHERE f.contact_id = c.contact_id"
            " LIMIT 1) AS s ON true",
            SQL.identifier(table),
        )
        return self._insert_enrolments(
            candidates, now, facts=facts, addressee=self._scan_addressee()
        )

    # ------------------------------------------------------------
    # THE STATEMENT
    # ------------------------------------------------------------

    def _insert_enrolments(self, candidates, now, facts=None, addressee=None):
        """Insert an enrolment for every candidate that the entry rule lets in.

        :param candidates: SELECT of contact_id, customer_id, event_id, event_payload,
            occurred_at
        :param facts: JOIN of the facts of ``c`` as ``s``; a snapshot of the candidates
            when not given
        :param addressee: further condition on the candidate ``c``
        :return: the new enrolments
        """
        self.ensure_one()
        version = self.version_id
        first_step = version._get_first_step()
        if not first_step:
            return self.env["lifecycle.enrolment"]
        rule = self._rule(self.rule, entry=True)
        entry_rule = self.env["lifecycle.entry.rule"]._of_program(self, rule)
        self.env.flush_all()
        if facts is None:
            facts = SQL(
                "JOIN (%s) AS s ON s.contact_id = c.contact_id",
                self.env["lifecycle.fact"]._snapshot(
                    self._entry_fact_names(rule),
                    self.company_id,
                    now,
                    partners=SQL("SELECT contact_id FROM candidate"),
                ),
            )
        conditions = self._entry_conditions(rule, now, addressee)
        rows = self.env.execute_query(
            SQL(
                """
                WITH candidate AS MATERIALIZED (%(candidates)s),
                picked AS (%(picked)s)
                INSERT INTO lifecycle_enrolment (
                    program_id, version_id, company_id, partner_id,
                    commercial_partner_id, entry_key, event_id, payload, anchor_date,
                    entered_at, state, step_id, visit, retry_count, waiting, started,
                    scheduled_at, due_at, paused_until, entry_rule_id, entry_values,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT %(program)s, %(version)s, %(company)s, c.contact_id,
                       c.customer_id, c.entry_key, c.event_id, c.entry_payload,
                       c.anchor_date, COALESCE(c.occurred_at, %(now)s), 'active',
                       %(step)s, 0, 0, false, false,
                       COALESCE(c.occurred_at, %(now)s), %(now)s, %(paused)s,
                       %(entry_rule)s::integer, %(entry_values)s,
                       %(uid)s::integer, %(now)s, %(uid)s::integer, %(now)s
                  FROM picked c
                  %(facts)s
                  -- By its key, whatever the planner expects of the conditions.
                  JOIN LATERAL (SELECT * FROM res_partner p
                                 WHERE p.id = c.contact_id AND %(addressable)s LIMIT 1
                       ) AS p ON true
                 WHERE %(conditions)s
                 ORDER BY c.contact_id
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                candidates=candidates,
                facts=facts,
                picked=self._picked(now),
                program=self.id,
                version=version.id,
                company=self.company_id.id,
                step=first_step.id,
                now=now,
                # Who lets them in, if a person does: a robot's name would cost two
                # looks at the users for each.
                uid=None if self.env.uid == SUPERUSER_ID else self.env.uid,
                addressable=self.env["lifecycle.fact"]._addressable("p"),
                conditions=SQL(" AND ").join(conditions.values()),
                paused=self._paused_until(now),
                entry_rule=entry_rule.id or None,
                entry_values=self._entry_values(rule),
            )
        )
        enrolments = self.env["lifecycle.enrolment"].browse(row[0] for row in rows)
        enrolments.invalidate_model()
        return enrolments

    def _picked(self, now, everybody=False):
        """SELECT of the rows of ``candidate``, each with what the entry brings along.

        :param everybody: also those for whom there is nothing to pick
        """
        pick = self._pick_sql("c", now) if self.pick else None
        return SQL(
            """
            SELECT c.contact_id, c.customer_id, c.event_id, c.occurred_at,
                   COALESCE(c.event_payload, '{}'::jsonb) AS event_payload,
                   COALESCE(c.event_payload, '{}'::jsonb)
                       || COALESCE(pick.payload, '{}'::jsonb) AS entry_payload,
                   COALESCE(pick.entry_key, c.event_payload->>%(key)s, '')
                       AS entry_key,
                   pick.anchor_date, pick.payload IS NOT NULL AS has_pick
              FROM candidate c
              %(join)s LATERAL (%(pick)s) pick ON true
            """,
            key=self.entry_key or "",
            join=SQL("LEFT JOIN" if everybody else "JOIN"),
            pick=pick
            or SQL(
                "SELECT NULL::jsonb AS payload, NULL::text AS entry_key,"
                " NULL::timestamp AS anchor_date"
            ),
        )

    def _entry_conditions(self, rule, now, addressee=None):
        """What lets a candidate ``c`` in, a row of `_picked`, with its facts ``s`` and
        its contact ``p``: SQL conditions by name. Explanations ask them one by one.

        :rtype: dict[str, SQL]
        """
        return {
            "rule": self._entry_condition(rule, now),
            "addressee": addressee or SQL("true"),
            # Asked by its key: where nearly everybody has entered before, the planner
            # would expect to be left with one row, and read the facts once per row.
            "earlier": SQL("NOT EXISTS (%s OFFSET 0)", self._earlier_entry(now)),
            "no_thanks": SQL(
                """
                NOT EXISTS (
                    SELECT FROM lifecycle_opt_out o
                     WHERE o.program_id = %s AND o.address IN
                           (p.email_normalized, p.phone_sanitized))
                """,
                self.id,
            ),
        }

    def _entry_condition(self, rule, now):
        """The entry rule over a row ``s`` of facts and a candidate ``c``."""
        condition, parameters = rule.sql(self._entry_columns(), now, self._tz())
        return SQL(condition, *parameters)

    def _entry_fact_names(self, rule):
        own = ("event.", "entry.", "param.")
        return sorted(name for name in rule.facts if not name.startswith(own))

    def _earlier_entry(self, now):
        """The earlier entries of ``c`` that keep it out."""
        earlier = SQL(
            """
            SELECT FROM lifecycle_enrolment e
             WHERE e.program_id = %s AND e.partner_id = c.contact_id
            """,
            self.id,
        )
        if self.cooldown_scope == "key":
            earlier = SQL("%s AND e.entry_key = c.entry_key", earlier)
        if self.reentry == "cooldown":
            since = now - timedelta(days=self.cooldown_days)
            earlier = SQL("%s AND e.entered_at > %s", earlier, since)
        return earlier

    def _paused_until(self, now):
        """Until when a salesperson who has taken over keeps ``c`` to himself."""
        if not self.is_exclusive:
            return SQL("NULL::timestamp")
        return SQL(
            """
            (SELECT max(a.answered_at) + %(pause)s FROM lifecycle_alert a
              WHERE a.commercial_partner_id = c.customer_id AND a.state = 'taken'
                AND a.company_id = %(company)s AND a.answered_at > %(since)s)
            """,
            pause=PAUSE_AFTER_TAKE_OVER,
            company=self.company_id.id,
            since=now - PAUSE_AFTER_TAKE_OVER,
        )

    def _tz(self):
        return self.company_id.partner_id.tz or "UTC"

    # ------------------------------------------------------------
    # FAILURES
    # ------------------------------------------------------------

    @contextmanager
    def _own_failure(self, what):
        """A savepoint: whatever fails inside stops only this program, and is told.

        Conflicts with another transaction pass: they are retried by the caller with
        the whole transaction.

        :return: a list that holds the error afterwards, if there was one
        """
        self.ensure_one()
        failure = []
        try:
            with self.env.cr.savepoint():
                yield failure
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # one broken program must not stop the others
            failure.append(error)
            self._tell_failure(what, error)

    def _tell_failure(self, what, error):
        """Log the failure and put it on the program, where its owner sees it."""
        self.ensure_one()
        _logger.error(
            "Program %s (%s): %s failed: %s",
            self.code,
            self.id,
            what,
            error,
            exc_info=error,
        )
        self.error = str(error)

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def _enrol_by_hand(self, partners, now):
        """Add contacts by hand; those whom the entry rule refuses stay out.

        :raises UserError: when the program is not running
        """
        self.ensure_one()
        if self.state != "running":
            raise UserError(
                self.env._("Start the program before you add people to it.")
            )
        if self.stop_text:
            raise UserError(self.stop_text)
        enrolments = self.sudo()._enrol_partners(partners, now)
        self.env["lifecycle.event"]._emit_added_by_hand(self, enrolments.partner_id)
        return enrolments
