from odoo import api, fields, models
from odoo.tools import SQL


class LifecycleContent(models.Model):
    """A reusable item that programs pick by topic, kind and language."""

    _name = "lifecycle.content"
    _description = "Content"
    _order = "topic_id, sequence, id"

    name = fields.Char(string="Title", required=True, translate=True)
    kind = fields.Selection(
        [
            ("guide", "Guide"),
            ("article", "Article"),
            ("story", "Customer story"),
            ("checklist", "Checklist"),
            ("video", "Video"),
            ("product", "Product text"),
            ("offer", "Public offer"),
        ],
        required=True,
        default="article",
    )
    topic_id = fields.Many2one("lifecycle.topic", index=True, ondelete="restrict")
    sequence = fields.Integer(default=10)
    text = fields.Text(
        translate=True, help="A few sentences that stand in the message."
    )
    link = fields.Char(help="Where the whole item can be read or downloaded.")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Leave empty for content that fits every language.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to share it between the companies."
    )

    @api.model
    def _pick_batch(self, kind, languages):
        """The next unseen content of a kind for each enrolment, in one query.

        On the topic of the entry, or any when the entry has none; in the contact's
        language rather than for every language; of the company or shared. Seen is what
        a message has shown the contact. What the contact downloaded counts as seen too,
        but the download that brought the contact in comes first: the program delivers
        it.

        :param str kind: one of the kinds of content
        :param languages: dict of language code per enrolment
        :return: dict of content per enrolment id; nothing for who has seen all
        """
        if not languages:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.id, pick.id
                  FROM unnest(%s, %s) AS wanted(enrolment_id, lang)
                  JOIN lifecycle_enrolment e ON e.id = wanted.enrolment_id
                  LEFT JOIN lifecycle_event entry ON entry.id = e.event_id
                 CROSS JOIN LATERAL (
                       SELECT c.id
                         FROM lifecycle_content c
                         LEFT JOIN lifecycle_topic t ON t.id = c.topic_id
                        WHERE c.active AND c.kind = %s
                          AND (c.company_id IS NULL OR c.company_id = e.company_id)
                          AND (c.lang IS NULL OR c.lang = wanted.lang)
                          AND (COALESCE(e.payload->>'topic', '') = ''
                               OR t.code = e.payload->>'topic')
                          AND NOT EXISTS (
                              SELECT FROM lifecycle_step_run r
                               WHERE r.partner_id = e.partner_id
                                 AND r.content_id = c.id)
                          AND NOT EXISTS (
                              SELECT FROM lifecycle_event d
                               WHERE d.partner_id = e.partner_id
                                 AND d.res_model = 'lifecycle.content'
                                 AND d.res_id = c.id
                                 AND d.id IS DISTINCT FROM e.event_id)
                        ORDER BY (entry.res_model = 'lifecycle.content'
                                  AND entry.res_id = c.id) DESC NULLS LAST,
                                 c.lang IS NULL, c.sequence, c.id
                        LIMIT 1
                       ) AS pick
                """,
                [enrolment.id for enrolment in languages],
                list(languages.values()),
                kind,
            )
        )
        return {
            enrolment_id: self.browse(content_id) for enrolment_id, content_id in rows
        }
