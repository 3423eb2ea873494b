from odoo import api, models
from odoo.tools import SQL


class LinkTrackerClick(models.Model):
    _inherit = "link.tracker.click"

    @api.model_create_multi
    def create(self, vals_list):
        clicks = super().create(vals_list)
        self.env["lifecycle.event"]._watch(
            "mail_clicked",
            clicks.filtered(
                lambda click: (
                    click.mailing_trace_id and not click.lifecycle_is_automatic
                )
            ),
        )
        return clicks

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_mail_clicked(self, hook):
        trace = self.env["mailing.trace"]
        select = self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN link_tracker_click click ON click.id = hook.id
                JOIN link_tracker link ON link.id = click.link_id
                JOIN mailing_trace t ON t.id = click.mailing_trace_id %s
                LEFT JOIN lifecycle_content content ON content.id = run.content_id
                LEFT JOIN lifecycle_topic topic ON topic.id = content.topic_id
                LEFT JOIN res_company company ON company.id = COALESCE(
                    run.company_id, p.company_id, %s)
                """,
                hook,
                trace._lifecycle_trace_joins(),
                self.env.company.id,
            ),
            **trace._lifecycle_trace_columns(),
            occurred_at=SQL("hook.moment"),
            retry_at=SQL("click.lifecycle_judge_at"),
            payload=SQL(
                """
                jsonb_strip_nulls(jsonb_build_object(
                    'url', link.url,
                    'title', COALESCE(link.label, link.title),
                    'topic', topic.code,
                    'program', program.code,
                    'step', step.key,
                    'click', CASE WHEN click.lifecycle_judge_at IS NOT NULL
                                  THEN click.id END,
                    'content_kind', content.kind,
                    'is_offer',
                        link.lifecycle_is_offer IS TRUE OR step.needs_grant IS TRUE,
                    'price_page', company.lifecycle_price_page))
                """
            ),
        )
        rows = self.env.execute_query_dict(select)
        for row in rows:
            payload = row["payload"]
            payload["kind"] = click_kind(
                payload["url"],
                payload.get("title"),
                price_page=payload.pop("price_page", None),
                content_kind=payload.pop("content_kind", None),
                is_offer=payload.pop("is_offer"),
            )
        return rows


def click_kind(url, title, price_page=None, content_kind=None, is_offer=False):
    """What a click tells about the contact.

    :param price_page: the part of an address that marks the pages with prices
    :param content_kind: the kind of the content that the message showed, if any
    :param is_offer: whether the link or its message offers something to buy
    :return: ``price``, ``offer``, ``content`` or ``other``
    """
    price_page = (price_page or "").strip().lower()
    if price_page and price_page in f"{url} {title or ''}".lower():
        return "price"
    if is_offer or content_kind == "offer":
        return "offer"
    return "content" if content_kind else "other"
