"""What the dashboard shows, in one answer and a handful of statements."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..report.lifecycle_report import MEASURES
from .lifecycle_credit import FRESH

#: Days of the periods to choose from; a month and own dates come besides.
DAYS = {"30": 30, "90": 90, "365": 365}
DEFAULT = "30"
#: What good programs reach, in percent of the delivered mails. Unsubscribing more often
#: is worse.
BENCHMARKS = {"opened": 25.0, "clicked": 3.0, "unsubscribed": 0.5}
# From so many days on the chart shows weeks, then months.
WEEKS, MONTHS = 45, 190
# Who asks for more than this asks for nothing that fits on a page.
LONGEST = 10 * 366


@dataclass(frozen=True)
class Period:
    """Days of a company, and the moments at which they begin and end.

    :param kind: what the client asked for
    :param code: names the period where its numbers are kept
    :param first: the first day
    :param last: the last day, included
    :param start: naive UTC
    :param end: naive UTC; the moment after the last day
    """

    kind: str
    code: str
    first: date
    last: date
    start: datetime
    end: datetime

    def domain(self, field):
        """Records whose moment is in the period."""
        return [
            (field, ">=", fields.Datetime.to_string(self.start)),
            (field, "<", fields.Datetime.to_string(self.end)),
        ]

    @property
    def step(self):
        """How long the bars of the chart are."""
        days = (self.last - self.first).days + 1
        return "day" if days < WEEKS else "week" if days < MONTHS else "month"


class LifecycleDashboard(models.AbstractModel):
    """The dashboard of marketers, for one of their companies or for all.

    What must be read from all purchases, the stages and the purchases after messages,
    is kept for a while (`lifecycle.stage.count`, `lifecycle.credit`). The page shows it
    as it stands and then asks for it anew (`refresh`) when it is old.
    """

    _name = "lifecycle.dashboard"
    _description = "Dashboard"

    # ------------------------------------------------------------
    # THE PAGE
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_data(self, period=DEFAULT, company_id=None, first=None, last=None):
        """All that the page shows.

        :param period: "month", "30", "90", "365" or "custom"
        :param company_id: one of the user's companies; None for all that are chosen
        :param first: first day of a custom period, as text
        :param last: its last day
        """
        self._check_is_marketer()
        companies = self._companies(company_id)
        now = fields.Datetime.now()
        shown = self._period(companies[0], period, first, last, now)
        return self._show(companies, shown, now) | {"company_id": company_id or False}

    @api.model
    def _show(self, companies, shown, now):
        programs = self._get_programs(companies)
        rows, chart = self._get_numbers(programs, companies, shown)
        counts = self.env["lifecycle.stage.count"]._get(companies[0], shown.code)
        attention = self.env["lifecycle.attention"]._get_items(
            programs.filtered("active"), companies, now
        )
        return {
            "period": {
                "code": shown.kind,
                "first": fields.Date.to_string(shown.first),
                "last": fields.Date.to_string(shown.last),
                "start": fields.Datetime.to_string(shown.start),
                "end": fields.Datetime.to_string(shown.end),
            },
            "company_ids": companies.ids,
            "companies": [
                {"id": company.id, "name": company.name}
                for company in self.env.companies
            ],
            "benchmarks": BENCHMARKS,
            "credit_days": sorted(set(companies.mapped("lifecycle_credit_days"))),
            "programs": rows,
            "totals": self._total(rows),
            "chart": chart,
            "stages": self._get_stages(companies[0], counts),
            "attention": attention,
            "is_old": not counts._is_fresh(now)
            or not all(self._is_credited(company, now) for company in companies),
            "is_empty": not rows,
            "next_action": self._next_action(),
        }

    @api.model
    def refresh(self, period=DEFAULT, company_id=None, first=None, last=None):
        """Count anew what is old, and give the page again.

        Whoever comes while somebody else is counting gets what is there.
        """
        self._check_is_marketer()
        companies = self._companies(company_id)
        now = fields.Datetime.now()
        shown = self._period(companies[0], period, first, last, now)
        if self._lock():
            self._refresh(companies, shown, now)
        return self._show(companies, shown, now) | {
            "company_id": company_id or False,
            "is_old": False,
        }

    @api.model
    def _refresh(self, companies, shown, now):
        for company in companies:
            if not self._is_credited(company, now):
                self.env["lifecycle.credit"].sudo()._credit(company, now)
        counts = self.env["lifecycle.stage.count"]._get(companies[0], shown.code)
        if not counts._is_fresh(now):
            self._count_stages(companies[0], shown, now)

    @api.model
    def _check_is_marketer(self):
        if not self.env.user.has_group("lifecycle_programs.group_lifecycle_marketer"):
            raise AccessError(self.env._("The dashboard is for marketers."))

    @api.model
    def _companies(self, company_id):
        """The companies asked for, those that the user has chosen; never others."""
        companies = self.env.companies
        if company_id:
            companies = companies.filtered(lambda one: one.id == company_id)
            if not companies:
                raise AccessError(self.env._("This is not one of your companies."))
        return companies

    @api.model
    def _period(self, company, kind, first, last, now):
        """The period that the client asked for, on the company's calendar."""
        today = company._lifecycle_today(now)
        code = kind
        if kind == "month":
            first, last = today.replace(day=1), today
        elif kind in DAYS:
            first, last = today - timedelta(days=DAYS[kind] - 1), today
        else:
            try:
                first, last = fields.Date.to_date(first), fields.Date.to_date(last)
            except ValueError:
                first = last = None
            if not first or not last or not 0 <= (last - first).days < LONGEST:
                raise UserError(
                    self.env._("Choose a first day, and a last day after it.")
                )
            kind, code = "custom", f"{first}/{last}"
        zone = company._lifecycle_zone()
        return Period(
            kind,
            code,
            first,
            last,
            company._lifecycle_utc(zone, first, time()),
            company._lifecycle_utc(zone, last + timedelta(days=1), time()),
        )

    @api.model
    def _next_action(self):
        """Where a database without programs in use goes on."""
        for name in ("lifecycle_gallery_action", "lifecycle_program_action"):
            xmlid = f"lifecycle_programs.{name}"
            if self.env.ref(xmlid, raise_if_not_found=False):
                return xmlid
        return False

    # ------------------------------------------------------------
    # NUMBERS
    # ------------------------------------------------------------

    @api.model
    def _get_programs(self, companies):
        """All programs, archived ones too: what they did counts."""
        programs = self.env["lifecycle.program"].with_context(active_test=False)
        return programs.search([("company_id", "in", companies.ids)])

    @api.model
    def _get_numbers(self, programs, companies, period):
        """The row of each program, and the bars of the chart.

        :return: rows of programs that are in use or have numbers; bars
        """
        measures = [f"{name}:sum" for name in MEASURES]
        zone = companies[0]._lifecycle_zone().zone
        groups = (
            self.env["lifecycle.report"]
            .with_context(tz=zone)
            ._read_group(
                [*period.domain("date"), ("company_id", "in", companies.ids)],
                ["program_id", f"date:{period.step}"],
                measures,
            )
        )
        sums, bars = {}, {}
        for program, moment, *values in groups:
            found = dict(zip(MEASURES, values, strict=True))
            self._add(sums.setdefault(program.id, dict.fromkeys(MEASURES, 0)), found)
            self._add(bars.setdefault(moment, dict.fromkeys(MEASURES, 0)), found)
        inside = self._count_inside(programs)
        rows = [
            {
                **self._describe(program),
                **sums.get(program.id, dict.fromkeys(MEASURES, 0)),
                **inside.get(program.id, dict.fromkeys(("active", "errors"), 0)),
            }
            for program in programs
        ]
        rows = [
            row for row in rows if row["is_used"] or row["active"] or row["id"] in sums
        ]
        chart = [
            {
                "day": fields.Date.to_string(moment),
                "entered": bar["entered"],
                "goals": bar["goals"],
                "messages": bar["messages"],
            }
            for moment, bar in sorted(bars.items())
        ]
        return rows, {"step": period.step, "bars": chart}

    @api.model
    def _add(self, sums, values):
        for name, value in values.items():
            sums[name] += value or 0

    @api.model
    def _describe(self, program):
        return {
            "id": program.id,
            "name": program.name,
            "state": program.state,
            "state_label": dict(
                program._fields["state"]._description_selection(self.env)
            )[program.state],
            "is_used": program.active and program.state != "draft",
            "stage": program.stage_id.name or "",
            "company": program.company_id.name,
            "currency_id": program.company_id.currency_id.id,
        }

    @api.model
    def _count_inside(self, programs):
        """Who is in the programs now, and who stands at an error."""
        enrolments = self.env["lifecycle.enrolment"]
        enrolments.flush_model(["state"])
        inside = [
            ("program_id", "in", programs.ids),
            ("state", "in", ("active", "error")),
        ]
        query = enrolments._search(inside)
        rows = self.env.execute_query(
            SQL(
                "%s GROUP BY program_id",
                query.select(
                    SQL("program_id"),
                    SQL("count(*) FILTER (WHERE state = 'active')"),
                    SQL("count(*) FILTER (WHERE state = 'error')"),
                ),
            )
        )
        return {
            program_id: {"active": active, "errors": errors}
            for program_id, active, errors in rows
        }

    @api.model
    def _total(self, rows):
        """The sums over all programs; of amounts one for each currency."""
        names = [name for name in MEASURES if name != "revenue"]
        totals = {name: sum(row[name] for row in rows) for name in (*names, "active")}
        amounts = {}
        for row in rows:
            amounts.setdefault(row["currency_id"], 0)
            amounts[row["currency_id"]] += row["revenue"]
        totals["revenue"] = [
            {"currency_id": currency_id, "amount": amount}
            for currency_id, amount in amounts.items()
            if amount or len(amounts) == 1
        ]
        return totals

    # ------------------------------------------------------------
    # STAGES
    # ------------------------------------------------------------

    @api.model
    def _get_stages(self, company, counts):
        """The circle: people by stage now, and how many moved from which to which.

        Stages are of one company: a customer of two may stand elsewhere in each.
        """
        stages = self.env["lifecycle.stage"].search([("code", "!=", False)])
        circle = {
            "company": company.name,
            "company_id": company.id,
            "stages": [
                {"code": stage.code, "name": stage.name, "people": 0}
                for stage in stages
            ],
            "moves": [],
            "counted_at": False,
        }
        if not counts:
            return circle
        people = {stage["code"]: stage for stage in circle["stages"]}
        for before, after, count in counts.moves:
            if after in people:
                people[after]["people"] += count
            if before != after and before in people and after in people:
                circle["moves"].append({"from": before, "to": after, "people": count})
        circle["moves"].sort(key=lambda move: -move["people"])
        return circle | {
            "from": fields.Datetime.to_string(counts.date_from),
            "to": fields.Datetime.to_string(counts.date_to),
            "counted_at": fields.Datetime.to_string(counts.counted_at),
        }

    @api.model
    def _count_stages(self, company, period, now):
        return (
            self.env["lifecycle.stage.count"]
            .sudo()
            ._count(company, period.code, period.start, min(period.end, now), now)
        )

    # ------------------------------------------------------------
    # WHAT IS KEPT FOR A WHILE
    # ------------------------------------------------------------

    @api.model
    def _is_credited(self, company, now):
        credited_at = company.sudo().lifecycle_credited_at
        return bool(credited_at) and credited_at > now - FRESH

    @api.model
    def _lock(self):
        """Whether this transaction is the one that counts; the lock ends with it."""
        ((mine,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('lifecycle_dashboard'))")
        )
        return mine

    @api.model
    def _cron_count(self):
        """Before anybody looks: what the periods to choose from show."""
        now = fields.Datetime.now()
        programs = self.env["lifecycle.program"].search([("state", "!=", "draft")])
        companies = programs.company_id
        left = len(companies)
        self.env["ir.cron"]._commit_progress(remaining=left)
        for company in companies:
            self.env["lifecycle.credit"]._credit(company, now)
            for kind in ("month", *DAYS):
                period = self._period(company, kind, None, None, now)
                self._count_stages(company, period, now)
            left -= 1
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break
