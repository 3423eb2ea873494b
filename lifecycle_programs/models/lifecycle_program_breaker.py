"""A program that does harm stops by itself, and tells its owner."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

WINDOW = timedelta(days=7)
# Opt-outs and complaints count against the program that wrote last, within this time.
BLAME = timedelta(days=7)
#: What is watched: the setting with its limit in percent, and what it is a share of.
RATES = {
    "errors": ("lifecycle_breaker_errors", "steps"),
    "bounces": ("lifecycle_breaker_bounces", "sent"),
    "complaints": ("lifecycle_breaker_complaints", "sent"),
    "opt_outs": ("lifecycle_breaker_opt_outs", "sent"),
}


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    watched_from = fields.Datetime(
        readonly=True,
        copy=False,
        help="Errors, bounces, complaints and opt-outs count from here, within 7 days.",
    )

    def _run_from(self, now):
        # What has been looked at does not stop the program a second time.
        self.watched_from = now
        return super()._run_from(now)

    @api.model
    def _break_circuits(self, now):
        """Pause the running programs with too many errors, bounces, complaints or
        opt-outs in 7 days, and tell their owners.

        :return: the programs that were paused
        """
        broken = self.browse()
        for row in self._count_harm(now):
            program = self.browse(row["program_id"])
            problem = program._find_harm(row)
            if problem:
                program._trip(problem)
                broken |= program
        return broken

    def _find_harm(self, counts):
        """The first rate above its limit, as a sentence."""
        self.ensure_one()
        company = self.company_id
        sentences = {
            "errors": self.env._("%(count)s of %(total)s steps failed"),
            "bounces": self.env._("%(count)s of %(total)s messages bounced"),
            "complaints": self.env._("%(count)s complaints after %(total)s messages"),
            "opt_outs": self.env._("%(count)s opt-outs after %(total)s messages"),
        }
        for name, (setting, base) in RATES.items():
            count, total, limit = counts[name], counts[base], company[setting]
            volume = max(company.lifecycle_breaker_volume, 1)
            if limit and total >= volume and count * 100 > limit * total:
                told = sentences[name] % {"count": count, "total": total}
                return self.env._(
                    "Paused by itself: %(what)s in 7 days, more than %(limit)s %%.",
                    what=told,
                    limit=f"{limit:g}",
                )
        return None

    def _trip(self, problem):
        self.ensure_one()
        self.action_pause()
        self.error = problem
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("The program paused itself"),
            note=problem,
            user_id=self.user_id.id or self.env.uid,
        )

    @api.model
    def _count_harm(self, now):
        """Steps, messages, and what went wrong with them, of every running program: one
        statement.

        :return: list of dictionaries
        """
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                """
                WITH program AS MATERIALIZED (
                    SELECT p.id, GREATEST(p.watched_from, %(since)s) AS since
                      FROM lifecycle_program p
                     WHERE p.state IN ('running', 'closed') AND p.active
                ),
                -- Who wrote last before an opt-out or a complaint is to blame.
                blamed AS MATERIALIZED (
                    SELECT run.program_id, harm.kind, harm.moment
                      FROM (SELECT 'opt_out' AS kind, o.opted_out_at AS moment,
                                   o.address, NULL::integer AS partner_id
                              FROM lifecycle_opt_out o
                             WHERE o.opted_out_at > %(since)s
                               AND o.source IN ('one_click', 'page')
                             UNION ALL
                            SELECT 'complaint', e.occurred_at, NULL, e.partner_id
                              FROM lifecycle_event e
                              JOIN lifecycle_event_type t ON t.id = e.type_id
                             WHERE t.code = 'complaint' AND e.occurred_at > %(since)s
                           ) AS harm
                     CROSS JOIN LATERAL (
                           SELECT r.program_id FROM lifecycle_step_run r
                            WHERE (r.address = harm.address
                                   OR r.partner_id = harm.partner_id)
                              AND r.address IS NOT NULL AND r.outcome = 'done'
                              AND r.run_at <= harm.moment
                              AND r.run_at > harm.moment - %(blame)s
                            ORDER BY r.run_at DESC, r.id DESC LIMIT 1
                           ) AS run
                )
                SELECT program.id AS program_id, run.sent, run.bounces,
                       run.steps + retrying.count AS steps,
                       run.failed + retrying.count AS errors,
                       harm.opt_outs, harm.complaints
                  FROM program
                 CROSS JOIN LATERAL (
                       SELECT count(*) AS steps,
                              count(*) FILTER (WHERE r.outcome = 'failed') AS failed,
                              count(*) FILTER (WHERE r.outcome IN ('done', 'fallback')
                                               AND r.address IS NOT NULL) AS sent,
                              count(*) FILTER (WHERE t.trace_status = 'bounce')
                                  AS bounces
                         FROM lifecycle_step_run r
                         LEFT JOIN mailing_trace t ON t.id = r.trace_id
                        WHERE r.program_id = program.id AND r.run_at > program.since
                       ) AS run
                 CROSS JOIN LATERAL (
                       SELECT count(*) FROM lifecycle_enrolment e
                        WHERE e.program_id = program.id AND e.state = 'active'
                          AND e.retry_count > 0
                       ) AS retrying
                 CROSS JOIN LATERAL (
                       SELECT count(*) FILTER (WHERE b.kind = 'opt_out') AS opt_outs,
                              count(*) FILTER (WHERE b.kind = 'complaint')
                                  AS complaints
                         FROM blamed b
                        WHERE b.program_id = program.id AND b.moment > program.since
                       ) AS harm
                """,
                since=now - WINDOW,
                blame=BLAME,
            )
        )


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    _program_time = models.Index("(program_id, run_at)")


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    _retrying = models.Index("(program_id) WHERE state = 'active' AND retry_count > 0")


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_breaker_volume = fields.Integer(
        string="Programs Are Judged from (messages)",
        default=50,
        help="A program with fewer steps or messages in 7 days does not pause itself.",
    )
    lifecycle_breaker_errors = fields.Float(
        string="Failed Steps (%)",
        default=20,
        help="A program pauses itself when more of its steps fail. 0 means never.",
    )
    lifecycle_breaker_bounces = fields.Float(
        string="Bounces (%)",
        default=8,
        help="A program pauses itself when more of its messages bounce. 0 means never.",
    )
    lifecycle_breaker_complaints = fields.Float(
        string="Complaints (%)",
        default=1,
        help="A program pauses itself when more of its messages bring a complaint. 0 "
        "means never.",
    )
    lifecycle_breaker_opt_outs = fields.Float(
        string="Opt-outs (%)",
        default=5,
        help="A program pauses itself when more of its messages bring an opt-out. 0 "
        "means never.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_breaker_volume = fields.Integer(
        related="company_id.lifecycle_breaker_volume", readonly=False
    )
    lifecycle_breaker_errors = fields.Float(
        related="company_id.lifecycle_breaker_errors", readonly=False
    )
    lifecycle_breaker_bounces = fields.Float(
        related="company_id.lifecycle_breaker_bounces", readonly=False
    )
    lifecycle_breaker_complaints = fields.Float(
        related="company_id.lifecycle_breaker_complaints", readonly=False
    )
    lifecycle_breaker_opt_outs = fields.Float(
        related="company_id.lifecycle_breaker_opt_outs", readonly=False
    )
