"""Working off events: what they end, what they move, whom they enrol."""

import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_program_enrol import PAUSE_AFTER_TAKE_OVER
from .lifecycle_retry import CONCURRENCY_ERRORS, claim, retry_on_conflict

_logger = logging.getLogger(__name__)

BATCH = 500
RETRIES = 5


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    # ------------------------------------------------------------
    # CLAIM
    # ------------------------------------------------------------

    @api.model
    def _consume(self, now, customers=None, limit=BATCH):
        """Work off unprocessed events, in their order per customer.

        A customer is taken whole or not at all: all its unprocessed events and all its
        active enrolments are locked, so that no two workers look at the same customer.
        The claim is the first statement of the caller's transaction, or follows the
        caller's own claim of enrolments.

        :param customers: ids of commercial partners, None for whoever has events
        :return: how many events were worked off, and the set of customers to leave
            alone: another worker has them, or an event of theirs waits for another try
        """
        self.env.flush_all()
        if customers is None:
            self._resolve_waiting_contacts(now, limit)
            customers = self._get_waiting_customers(now, limit)
        else:
            customers = self._filter_waiting_customers(now, customers)
        if not customers:
            return 0, set()
        self.env["lifecycle.enrolment"]._follow_customers(list(customers))
        events, blocked = self._lock_customers(list(customers), now)
        if events:
            try:
                with self.env.cr.savepoint():
                    events._process(now)
            except CONCURRENCY_ERRORS:
                raise
            except Exception:
                _logger.info("A batch of events failed; one customer at a time now")
                events._process_singly(now)
        self.env.flush_all()
        return len(events), blocked

    @api.model
    def _waiting_condition(self, now):
        return SQL(
            """
            e.processed_at IS NULL AND e.occurred_at <= %(now)s
            AND (e.retry_at IS NULL OR e.retry_at <= %(now)s)
            """,
            now=now,
        )

    @api.model
    def _get_waiting_customers(self, now, limit):
        """The customers of the oldest waiting events, without those of whom an earlier
        event waits for another try."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH postponed AS MATERIALIZED (
                    SELECT p.commercial_partner_id
                      FROM lifecycle_event e
                      JOIN res_partner p ON p.id = e.partner_id
                     WHERE e.processed_at IS NULL AND e.retry_at > %(now)s
                       AND e.moved_at IS NULL
                )
                SELECT DISTINCT first.customer_id
                  FROM (SELECT p.commercial_partner_id AS customer_id
                          FROM lifecycle_event e
                          JOIN res_partner p ON p.id = e.partner_id
                         WHERE %(waiting)s
                           AND p.commercial_partner_id NOT IN (TABLE postponed)
                         ORDER BY e.occurred_at, e.id LIMIT %(limit)s) AS first
                """,
                now=now,
                waiting=self._waiting_condition(now),
                limit=limit,
            )
        )
        return [customer_id for (customer_id,) in rows]

    @api.model
    def _filter_waiting_customers(self, now, customers):
        """Those of these customers who have events that nobody has worked off."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT p.commercial_partner_id
                  FROM res_partner p
                  JOIN lifecycle_event e ON e.partner_id = p.id
                 WHERE p.commercial_partner_id = ANY(%s)
                   AND e.processed_at IS NULL AND e.occurred_at <= %s
                """,
                list(customers),
                now,
            )
        )
        return [customer_id for (customer_id,) in rows]

    @api.model
    def _resolve_waiting_contacts(self, now, limit):
        """Find or make the contacts of events that so far only have an address."""
        rows = claim(
            self.env,
            SQL(
                """
                SELECT e.id FROM lifecycle_event e
                 WHERE %s AND e.partner_id IS NULL
                 ORDER BY e.occurred_at, e.id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                self._waiting_condition(now),
                limit,
            ),
        )
        events = self.browse(row[0] for row in rows)
        try:
            with self.env.cr.savepoint():
                events._resolve_or_close(now)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.info("New contacts failed in a batch; one by one now")
            for event in events:
                event._alone(event._resolve_or_close, now)

    def _resolve_or_close(self, now):
        if not self:
            return
        self._resolve_contacts(self)
        unknown = self.filtered(lambda event: not event.partner_id)
        unknown.write({"processed_at": now})

    @api.model
    def _lock_customers(self, customers, now):
        """Lock the events and active enrolments of customers, or leave them.

        :return: the events of the customers that are ours, the ids of the others
        """
        rows = claim(
            self.env,
            SQL(
                """
                WITH visible AS MATERIALIZED (
                    SELECT e.id, p.commercial_partner_id AS customer_id, e.occurred_at,
                           COALESCE(e.retry_at > %(now)s, false) AS postponed
                      FROM res_partner p
                      JOIN lifecycle_event e ON e.partner_id = p.id
                     WHERE p.commercial_partner_id = ANY(%(customers)s)
                       AND e.processed_at IS NULL AND e.occurred_at <= %(now)s
                       AND (e.retry_at IS NULL OR e.retry_at <= %(now)s
                            OR e.moved_at IS NULL)
                ),
                locked AS MATERIALIZED (
                    SELECT id FROM lifecycle_event
                     WHERE id IN (SELECT id FROM visible) FOR UPDATE SKIP LOCKED
                ),
                enrolment AS MATERIALIZED (
                    SELECT id, commercial_partner_id AS customer_id
                      FROM lifecycle_enrolment
                     WHERE state = 'active' AND commercial_partner_id IN
                           (SELECT customer_id FROM visible)
                ),
                locked_enrolment AS MATERIALIZED (
                    SELECT id FROM lifecycle_enrolment
                     WHERE id IN (SELECT id FROM enrolment) FOR UPDATE SKIP LOCKED
                )
                SELECT visible.id, visible.customer_id, visible.customer_id IN (
                           SELECT v.customer_id FROM visible v
                            WHERE v.postponed OR v.id NOT IN (SELECT id FROM locked)
                            UNION ALL
                           SELECT n.customer_id FROM enrolment n
                            WHERE n.id NOT IN (SELECT id FROM locked_enrolment))
                  FROM visible
                 ORDER BY visible.occurred_at, visible.id
                """,
                customers=customers,
                now=now,
            ),
        )
        ours = [event_id for event_id, _customer, blocked in rows if not blocked]
        return self.browse(ours), {row[1] for row in rows if row[2]}

    # ------------------------------------------------------------
    # PROCESS
    # ------------------------------------------------------------

    def _process(self, now):
        """Work off claimed events, wave by wave: the first of each customer, then the
        second of each, so that their order holds and each wave is one batch."""
        waves = []
        waves_per_customer = defaultdict(int)
        for event in self:
            customer = event.partner_id.commercial_partner_id
            number = waves_per_customer[customer]
            waves_per_customer[customer] += 1
            if number == len(waves):
                waves.append([])
            waves[number].append(event.id)
        done = self
        for wave in waves:
            events = self.browse(wave)
            events.filtered(lambda event: not event.moved_at)._move_enrolments(now)
            failed = events._enrol(now)
            for event, error in failed.items():
                event.moved_at = now
                event._postpone(error, now)
                done -= event
        done.write({"processed_at": now, "error": False})

    def _process_singly(self, now):
        """After a batch has failed: one customer at a time, so that only the one who
        cannot be worked off stays behind, to be tried again later."""
        customers = self.grouped(lambda event: event.partner_id.commercial_partner_id)
        for events in customers.values():
            events._alone(events._process, now)

    def _alone(self, work, now):
        """Do the work for these events under a savepoint; postpone them if it fails."""
        try:
            with self.env.cr.savepoint():
                work(now)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            self._postpone(error, now)

    def _postpone(self, error, now):
        _logger.warning("Events %s failed: %s", self.ids, error, exc_info=error)
        for event in self:
            retries = event.retry_count + 1
            event.write(
                {
                    "error": str(error),
                    "retry_count": retries,
                    "retry_at": now + timedelta(minutes=5**retries),
                    "processed_at": now if retries > RETRIES else False,
                }
            )

    def action_retry(self):
        """Work those of these events off again that have failed, soon: whoever may edit
        programs may ask. What was worked off once has moved people already."""
        self.check_access("read")
        self.env["lifecycle.program"].check_access("write")
        # Counted as a try: whether it is news is judged by when it was heard of.
        self.sudo().filtered("error").write(
            {"processed_at": False, "retry_at": False, "retry_count": 1, "error": False}
        )
        self._wake_processing()

    def _is_news(self, now):
        """Whether the event may enrol: neither imported nor older than the company's
        limit (2 days by default)."""
        self.ensure_one()
        age = timedelta(days=self.company_id.lifecycle_event_max_age_days)
        # Another try is not later news.
        heard_at = self.create_date if self.retry_count else now
        return not self.is_history and self.occurred_at >= heard_at - age

    def _enrol(self, now):
        """Enrol the contacts of these events, at most one event per customer.

        :return: the error per event that could not enrol; a program that fails for all
            of them is told, and stops only itself
        """
        programs = self.env["lifecycle.program"].search(
            [
                ("state", "=", "running"),
                ("start", "=", "event"),
                ("event_type_ids", "in", self.type_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        news = self.filtered(lambda event: event._is_news(now))
        failed = {}
        for program in programs:
            events = news.filtered(
                lambda event, program=program: (
                    event.company_id == program.company_id
                    and event.type_id in program.event_type_ids
                )
            )
            if events:
                program = program.with_company(program.company_id)
                failed |= program._enrol_events_or_tell(events, now)
        return failed

    def _move_enrolments(self, now):
        """Goal, exit, wait until: what these events mean for who is in a program."""
        events = {event.partner_id.commercial_partner_id.id: event for event in self}
        enrolments = self.env["lifecycle.enrolment"].search(
            [
                ("state", "=", "active"),
                ("commercial_partner_id", "in", list(events)),
                ("company_id", "in", self.company_id.ids),
            ],
            order="id",
        )
        pairs = [
            (enrolment, events[enrolment.commercial_partner_id.id])
            for enrolment in enrolments
        ]
        pairs = [pair for pair in pairs if pair[0]._is_touched_by(pair[1])]
        pairs = self.env["lifecycle.enrolment"]._apply_goals(pairs, now)
        pairs = self.env["lifecycle.enrolment"]._apply_exits(pairs, now)
        self.env["lifecycle.enrolment"]._apply_waits(pairs, now)
        taken = self.filtered(
            lambda event: (
                event.type_id.code == "alert_answered"
                and (event.payload or {}).get("answer") == "taken"
            )
        )
        taken._pause_programs(now)

    def _pause_programs(self, now):
        """A salesperson has taken over: marketing to the customer rests."""
        customers = self.partner_id.commercial_partner_id
        if not customers:
            return
        self.env["lifecycle.enrolment"].search(
            [
                ("state", "=", "active"),
                ("commercial_partner_id", "in", customers.ids),
                ("company_id", "in", self.company_id.ids),
                ("program_id.is_exclusive", "=", True),
            ]
        ).write({"paused_until": now + PAUSE_AFTER_TAKE_OVER})

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_process(self):
        """Work off what waits, a batch per transaction, then wake the step runners."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_waiting(now))
        done = True
        while done:
            done, blocked = retry_on_conflict(self.env, lambda: self._consume(now))
            remaining = self._count_waiting(now) if done else 0
            if not cron._commit_progress(done, remaining=remaining):
                break
        if blocked:
            # A step runner had these customers; it may not have seen the events.
            self._wake_processing(now + timedelta(minutes=1))
        self.env["lifecycle.enrolment"]._wake_runner(now)

    @api.model
    def _wake_processing(self, at=None):
        self.env.ref("lifecycle_programs.ir_cron_process_events").sudo()._trigger(at)

    @api.model
    def _count_waiting(self, now):
        query = SQL(
            "SELECT count(*) FROM lifecycle_event e WHERE %s",
            self._waiting_condition(now),
        )
        return self.env.execute_query(query)[0][0]
