"""Everything that happened to a contact, and what comes next, on one page."""

from dataclasses import dataclass, field
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import SQL

from .lifecycle_step import SPLITS, WAITS

PAGE = 40
# What comes next: more than that nobody reads.
UPCOMING = 20
# Told by an entry of their own, with more to say.
TOLD_OTHERWISE = ("alert_answered", "grant_ended")
# These steps only lead on; what they held up or left out is told all the same.
QUIET_STEPS = WAITS | SPLITS | {"end", "sales_alert", "grant"}


@dataclass(frozen=True)
class Source:
    """Entries of one sort: rows of a model, each at a moment.

    :param kind: what people filter by, a key of `_kinds`
    :param moment: the column that says when it happened
    """

    kind: str
    model: str
    moment: str
    domain: list = field(default_factory=list)


class LifecycleTimeline(models.AbstractModel):
    """Reads what there is, and keeps nothing.

    One statement finds the entries of a page: each source gives the latest of each
    person by an index, so that a page costs the same after ten entries or ten thousand.
    Everybody sees what the record rules of the sources let them see. Another addon adds
    a source in `_sources` and words for it in a method `_tell_<source>`.
    """

    _name = "lifecycle.timeline"
    _description = "Timeline of a Contact"

    @api.model
    def _kinds(self):
        """What people filter by: label and icon (Font Awesome) by code."""
        return {
            "message": {"label": self.env._("Messages"), "icon": "fa-envelope-o"},
            "event": {"label": self.env._("Events"), "icon": "fa-bolt"},
            "program": {"label": self.env._("Programs"), "icon": "fa-refresh"},
            "alert": {"label": self.env._("Sales"), "icon": "fa-bullhorn"},
            "discount": {"label": self.env._("Discounts"), "icon": "fa-tag"},
            "step": {"label": self.env._("Other steps"), "icon": "fa-cog"},
        }

    @api.model
    def _sources(self):
        """The sources by name, in the order in which they stand at the same moment."""
        told = (
            self.env["lifecycle.event.type"]
            .with_context(active_test=False)
            .search([("code", "in", TOLD_OTHERWISE)])
        )
        types = self.env["lifecycle.step"]._step_types()
        messages = [code for code in types if "message_id" in types[code]["fields"]]
        quiet = [*QUIET_STEPS, *messages]
        run = "lifecycle.step.run"
        enrolment = "lifecycle.enrolment"
        return {
            "event": Source(
                "event",
                "lifecycle.event",
                "occurred_at",
                [("type_id", "not in", told.ids)],
            ),
            "entered": Source("program", enrolment, "entered_at"),
            "message": Source(
                "message", run, "run_at", [("step_type", "in", messages)]
            ),
            "step": Source(
                "step",
                run,
                "run_at",
                [
                    ("step_type", "not in", messages),
                    "|",
                    ("step_type", "not in", quiet),
                    ("outcome", "in", ("skipped", "failed", "held")),
                ],
            ),
            "granted": Source("discount", "lifecycle.grant", "starts_at"),
            "grant_over": Source(
                "discount", "lifecycle.grant", "ended_at", [("state", "!=", "live")]
            ),
            "alerted": Source("alert", "lifecycle.alert", "alerted_at"),
            "answered": Source(
                "alert", "lifecycle.alert", "answered_at", [("state", "!=", "open")]
            ),
            "goal": Source("program", enrolment, "goal_at"),
            "left": Source("program", enrolment, "ended_at", [("state", "!=", "goal")]),
        }

    # ------------------------------------------------------------
    # PAGE
    # ------------------------------------------------------------

    @api.model
    def get_page(self, model, record_id, kinds=None, cursor=None):
        """One page of the timeline, newest first.

        :param str model: ``res.partner`` or ``crm.lead``
        :param list kinds: only entries of these kinds; all by default
        :param cursor: where the page before ended, as it was given with it
        :return: ``entries``, ``cursor`` (None on the last page) and, with the first
            page, ``upcoming``, ``kinds`` and ``name``
        :rtype: dict
        """
        partner = self._get_partner(model, record_id)
        people = self._get_people(partner)
        found = self._find(people, kinds, cursor, PAGE + 1)
        following = None
        if len(found) > PAGE:
            found = found[:PAGE]
            source, row_id, moment = found[-1]
            following = [source, row_id, moment.isoformat()]
        page = {"entries": self._tell(found, partner), "cursor": following}
        if cursor is None:
            labels = self._kinds()
            page |= {
                "name": partner.display_name or "",
                "kinds": [{"code": code} | labels[code] for code in labels],
                "upcoming": self._get_upcoming(people, partner, fields.Datetime.now()),
            }
        return page

    @api.model
    def _get_partner(self, model, record_id):
        if model not in ("res.partner", "crm.lead"):
            raise MissingError(self.env._("There is no timeline of this."))
        record = self.env[model].browse(record_id).exists()
        record.check_access("read")
        partner = record.partner_id if model == "crm.lead" else record
        partner.check_access("read")
        return partner

    @api.model
    def _get_people(self, partner):
        """The contact; of a company everybody, who left it included."""
        if not partner.is_company:
            return partner
        return partner.with_context(active_test=False).search(
            [("id", "child_of", partner.id)]
        )

    # ------------------------------------------------------------
    # QUERY
    # ------------------------------------------------------------

    @api.model
    def _find(self, people, kinds, cursor, limit):
        """The entries of a page: (source, id, moment), newest first."""
        statement = self._find_sql(people, kinds, cursor, limit)
        return self.env.execute_query(statement) if statement else []

    @api.model
    def _find_sql(self, people, kinds, cursor, limit):
        sources = self._sources()
        ranks = {name: rank for rank, name in enumerate(sources)}
        wanted = [
            self._select_source(name, source, ranks, people, cursor, limit)
            for name, source in sources.items()
            if kinds is None or source.kind in kinds
        ]
        if not wanted or not people:
            return None
        return SQL(
            """
            SELECT source, id, moment FROM (%s) AS entry
             ORDER BY moment DESC, rank DESC, id DESC LIMIT %s
            """,
            SQL(" UNION ALL ").join(wanted),
            limit,
        )

    @api.model
    def _select_source(self, name, source, ranks, people, cursor, limit):
        """The latest rows of each person, as far as the user may see them."""
        model = self.env[source.model]
        model.flush_model()
        query = model._search([(source.moment, "!=", False), *source.domain])
        moment = SQL.identifier(model._table, source.moment)
        row_id = SQL.identifier(model._table, "id")
        return SQL(
            """
            SELECT %(name)s AS source, %(rank)s AS rank, row.id, row.moment
              FROM unnest(%(people)s) AS person(id)
             CROSS JOIN LATERAL (
                   SELECT %(row_id)s AS id, %(moment)s AS moment
                     FROM %(tables)s
                    WHERE %(partner)s = person.id AND %(visible)s AND %(before)s
                    ORDER BY %(moment)s DESC, %(row_id)s DESC
                    LIMIT %(limit)s) AS row
            """,
            name=name,
            rank=ranks[name],
            people=people.ids,
            row_id=row_id,
            moment=moment,
            tables=query.from_clause,
            partner=SQL.identifier(model._table, "partner_id"),
            visible=query.where_clause or SQL("TRUE"),
            before=self._before_sql(ranks, name, moment, row_id, cursor),
            limit=limit,
        )

    @api.model
    def _before_sql(self, ranks, name, moment, row_id, cursor):
        """What stands below the cursor, in the order of moment, source and id."""
        if cursor is None:
            return SQL("TRUE")
        last_name, last_id, last_moment = cursor
        last_moment = datetime.fromisoformat(last_moment)
        rank, last_rank = ranks[name], ranks.get(last_name, 0)
        if rank == last_rank:
            return SQL("(%s, %s) < (%s, %s)", moment, row_id, last_moment, int(last_id))
        compare = SQL("<=") if rank < last_rank else SQL("<")
        return SQL("%s %s %s", moment, compare, last_moment)
