"""Writing events: hooks remember, the end of the transaction writes."""

import json
import logging
from collections import namedtuple

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from .prepared import execute_prepared

_logger = logging.getLogger(__name__)

PENDING = "lifecycle_programs.pending"
WATCHED = "lifecycle_programs.watched"
TRIGGERED = "lifecycle_programs.triggered"
PROCESS_CRON = "lifecycle_programs.ir_cron_process_events"

# What the rows of a build consist of, and their types in the database.
COLUMNS = {
    "partner_id": "integer",
    "email": "varchar",
    "company_id": "integer",
    "occurred_at": "timestamp",
    "payload": "jsonb",
    "res_model": "varchar",
    "res_id": "integer",
    "unique_key": "varchar",
    "retry_at": "timestamp",
}

Pending = namedtuple("Pending", "code build company_id is_history")


class LifecycleEvent(models.Model):
    """The outbox.

    A hook calls `_emit` or `_watch`; both only remember. When the transaction is about
    to commit (or opens a savepoint: Odoo flushes then), everything remembered is read
    and written with one INSERT, and the processing is triggered, once per transaction.
    All of it stands under a savepoint: a hook that fails is logged and loses its own
    events; the record that it watches never notices.
    """

    _inherit = "lifecycle.event"

    # ------------------------------------------------------------
    # REMEMBER
    # ------------------------------------------------------------

    @api.model
    def _emit(self, code, build):
        """Have events written at the end of the transaction.

        With the context key ``lifecycle_import`` (or Odoo's own ``import_file``) they
        are history: they count in the customer data, enrol nobody and cost nothing.

        :param code: the code of the event type
        :param build: list of rows, or a callable that returns the rows. It reads only,
            and may be called twice. A row is a dict with partner_id (or email, for
            somebody who is not yet a contact), occurred_at (naive UTC), company_id (by
            default the current one), payload, res_model, res_id, unique_key. Instead
            of a list the callable may return the SQL that `_select_rows` makes.
        """
        pending = self.env.cr.precommit.data.setdefault(PENDING, [])
        if not pending:
            self.env.cr.precommit.add(self._flush_pending)
        pending.append(Pending(code, build, self._company_id(), self._is_import()))

    @api.model
    def _watch(self, code, records):
        """Have the event written for records of any model, once per record.

        Their model's ``_lifecycle_rows_<code>(hook)`` returns the rows: ``hook`` is the
        SQL of a table ``hook`` with the columns id and moment (when it happened).
        """
        if not records:
            return
        watched = self.env.cr.precommit.data.setdefault(WATCHED, {})
        key = (code, records._name, self._company_id(), self._is_import())
        if key not in watched:
            moments = watched[key] = {}
            model = records.browse().sudo()

            def build():
                hook = SQL(
                    "unnest(%s::integer[], %s::timestamp[]) AS hook(id, moment)",
                    list(moments),
                    list(moments.values()),
                )
                return getattr(model, f"_lifecycle_rows_{code}")(hook)

            self._emit(code, build)
        moment = fields.Datetime.now()
        for record_id in records._ids:
            watched[key].setdefault(record_id, moment)

    @api.model
    def _company_id(self):
        # As superuser: companies in the context that the user may not see are refused
        # otherwise, and that must not stop the record.
        return self.sudo().env.company.id

    @api.model
    def _is_import(self):
        context = self.env.context
        return bool(context.get("lifecycle_import") or context.get("import_file"))

    @api.model
    def _select_rows(self, source, **columns):
        """The rows of a build as one SELECT.

        :param source: SQL from FROM on
        :param columns: SQL per column of a row; what is not given is empty
        """
        unknown = columns.keys() - COLUMNS.keys()
        if unknown:
            raise ValueError(f"An event has no column {', '.join(sorted(unknown))}")
        null = SQL("NULL")
        expressions = [
            SQL(
                "(%s)::%s AS %s",
                columns.get(name, null),
                SQL(column_type),
                SQL.identifier(name),
            )
            for name, column_type in COLUMNS.items()
        ]
        return SQL("SELECT %s %s", SQL(", ").join(expressions), source)

    # ------------------------------------------------------------
    # WRITE
    # ------------------------------------------------------------

    @api.model
    def _flush_pending(self):
        """Write what was emitted in this transaction. Runs before the commit; a test
        calls it where a commit would be."""
        data = self.env.cr.precommit.data
        pending = data.pop(PENDING, [])
        data.pop(WATCHED, None)
        if not pending:
            return
        # What the records have still to write is theirs, also its failure: inside our
        # savepoint it would go down with a failure of ours.
        self.env.flush_all()
        outbox = self.with_env(self.env(su=True, context={}))
        try:
            with self.env.cr.savepoint(flush=False):
                outbox._insert_rows([(entry, _rows(entry)) for entry in pending])
        except Exception as error:
            _logger.info("Writing events together failed, one by one now: %s", error)
            for entry in pending:
                outbox._flush_singly(entry)

    @api.model
    def _flush_singly(self, entry):
        """Write the events of one hook row by row, so that one failure is one loss."""
        try:
            with self.env.cr.savepoint(flush=False):
                rows = _rows(entry)
                if isinstance(rows, SQL):
                    rows = self.env.execute_query_dict(rows)
        except Exception:
            _logger.exception("The events of type %s are lost", entry.code)
            return
        for row in rows:
            try:
                self._insert_row(entry, row)
            except SerializationFailure:
                # Its unique key was committed after our snapshot.
                _logger.info("An event of type %s was reported twice", entry.code)
            except Exception:
                _logger.exception("An event of type %s is lost: %s", entry.code, row)

    @api.model
    def _insert_row(self, entry, row):
        """Write one event. Rolling back to the savepoint lets go of what it had locked,
        so after a deadlock the other transaction goes on, and ours may try again."""
        try:
            with self.env.cr.savepoint(flush=False):
                self._insert_rows([(entry, [row])])
        except DeadlockDetected:
            with self.env.cr.savepoint(flush=False):
                self._insert_rows([(entry, [row])])

    @api.model
    def _insert_rows(self, rows_per_entry):
        """The one INSERT, and the trigger if it brings work.

        Rows of a contact that is gone, or of nobody, and rows of an event type that is
        switched off are left out.
        """
        now = self.env.cr.now()
        branches = [
            SQL(
                "SELECT %s AS code, %s AS is_history, %s AS default_company_id,"
                " %s AS number, rows.* FROM (%s) AS rows",
                entry.code,
                entry.is_history,
                entry.company_id,
                number,
                rows if isinstance(rows, SQL) else _values_select(rows),
            )
            for number, (entry, rows) in enumerate(rows_per_entry)
        ]
        # Rows given as values are read fast, or stand here one by one after a failure.
        are_read = all(isinstance(rows, SQL) for _entry, rows in rows_per_entry)
        execute = execute_prepared if are_read else type(self.env.cr).execute
        execute(
            self.env.cr,
            SQL(
                """
                WITH written AS (
                    INSERT INTO lifecycle_event (
                        type_id, partner_id, email, company_id, occurred_at, payload,
                        res_model, res_id, unique_key, retry_at, is_history,
                        processed_at,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT t.id, e.partner_id, e.email,
                           COALESCE(e.company_id, e.default_company_id), e.occurred_at,
                           COALESCE(e.payload, '{}'::jsonb), e.res_model, e.res_id,
                           e.unique_key, e.retry_at, e.is_history,
                           CASE WHEN e.is_history THEN %(now)s END,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM (%(branches)s) AS e
                      JOIN lifecycle_event_type t ON t.code = e.code AND t.active
                     WHERE CASE WHEN e.partner_id IS NULL THEN e.email <> ''
                           ELSE EXISTS (
                               SELECT FROM res_partner p WHERE p.id = e.partner_id) END
                     ORDER BY e.occurred_at, e.number
                    ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL DO NOTHING
                    RETURNING is_history
                )
                %(trigger)s
                """,
                now=now,
                uid=self.env.uid,
                branches=SQL(" UNION ALL ").join(branches),
                trigger=self._trigger_sql(now),
            ),
            log_exceptions=False,
        )
        if self.env.cr.rowcount:
            self.env.cr.cache[TRIGGERED] = True
            self.env.cr.postcommit.add(self.env["ir.cron"]._lifecycle_notify_soon)

    @api.model
    def _trigger_sql(self, now):
        """Wake the processing up after the commit if news was ``written``, once per
        transaction: the INSERT that `ir.cron._trigger` makes, in the same statement.

        The cursor's cache remembers it: Odoo clears that with the transaction, and
        when a savepoint is rolled back, which takes the trigger's row with it.
        """
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(PROCESS_CRON)
        return SQL(
            """
            INSERT INTO ir_cron_trigger (
                cron_id, call_at, create_uid, create_date, write_uid, write_date)
            SELECT cron.id, %(call_at)s, %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM ir_cron cron
             WHERE cron.id = %(cron)s AND cron.active AND NOT %(triggered)s
               AND EXISTS (SELECT FROM written WHERE is_history IS NOT TRUE)
            """,
            call_at=fields.Datetime.now(),
            uid=self.env.uid,
            now=now,
            cron=cron_id or None,
            triggered=bool(self.env.cr.cache.get(TRIGGERED)),
        )

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    @api.model
    def _emit_added_by_hand(self, program, partners):
        """A person has added these contacts to the program."""
        moment = fields.Datetime.now()
        self._emit(
            "added_by_hand",
            [
                {
                    "partner_id": partner_id,
                    "company_id": program.company_id.id,
                    "occurred_at": moment,
                    "res_model": program._name,
                    "res_id": program.id,
                }
                for partner_id in partners._ids
            ],
        )


def _rows(entry):
    """The rows of a build: dicts, or the SELECT of them."""
    return entry.build() if callable(entry.build) else entry.build


def _values_select(rows):
    """The SELECT of rows given as dicts."""
    for row in rows:
        if row.keys() - COLUMNS.keys():
            raise ValueError(f"An event has no column {row.keys() - COLUMNS.keys()}")
    definition = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    return SQL(
        "SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given(%s)",
        json.dumps(rows, default=str),
        SQL(definition),
    )
