"""What deciding is held against besides SQL: the ORM, the bare library, and itself."""

import re
import time
from unittest.mock import patch

import rule_engine

from odoo import Command

from ._rules_cases import ONE_RULE
from ._rules_data import NOW
from ._rules_row import Row

# By name: the addons path is not known yet when this file is read.
COUNT_SECONDS = (
    "odoo.addons.lifecycle_programs.models.lifecycle_rule_count.COUNT_SECONDS"
)
#: Rules that the bare library understands too, over values that are not missing.
BARE_RULES = (
    "orders.count >= 2 and orders.days_since_last > 90",
    'contact.city == "City 7" and orders.total_365d > 9 and not crm.open_opportunity',
    "orders.total_365d / orders.count > 100 or orders.days_since_last == 30",
)
BARE_TYPES = {
    "number": rule_engine.DataType.FLOAT,
    "text": rule_engine.DataType.STRING,
    "boolean": rule_engine.DataType.BOOLEAN,
}


def orm(bench, sample=2000):
    """Browse the contacts a thousand at a time, evaluate one by one; for all
    contacts it would take as many times longer as there are more of them."""
    number = min(sample, bench.data.size)
    step = bench.data.size // number
    ids = [bench.data.first + n * step for n in range(number)]
    rule = bare_rule(
        "orders.count >= 2 and orders.total_365d > 100",
        {"orders.count": "number", "orders.total_365d": "number"},
    )
    started = time.perf_counter()
    for start in range(0, number, 1000):
        partners = bench.env["res.partner"].browse(ids[start : start + 1000])
        for partner in partners:
            rule.matches(_facts_by_orm(bench, partner))
        bench.env.invalidate_all()
    seconds = (time.perf_counter() - started) * bench.data.size / number
    (ours,) = bench.timed(bench.scan, rounds=1)
    yield Row(
        "ten programs decided over all contacts",
        ours / 1000,
        "one, by browsing and evaluating (extrapolated)",
        seconds,
        unit="s",
        at_least=100,
    )


def _facts_by_orm(bench, partner):
    colleagues = partner.commercial_partner_id.with_context(active_test=False)
    orders = (colleagues | colleagues.child_ids).sale_order_ids.filtered(
        lambda order: (
            order.state == "sale"
            and order.company_id == bench.company
            and order.date_order <= NOW
        )
    )
    lines = orders.order_line.filtered(
        lambda line: (
            not line.display_type
            and not line.is_downpayment
            and not line.product_id.product_tmpl_id.lifecycle_not_purchase
        )
    )
    recent = lines.filtered(lambda line: (NOW - line.order_id.date_order).days < 365)
    return {
        "orders_count": float(len(lines.order_id)),
        "orders_total_365d": float(sum(recent.mapped("price_subtotal"))),
    }


def editor(bench):
    """The estimate beside the exact count, which may take the time that it takes."""
    with patch(COUNT_SECONDS, 600):
        yield from _time_editor(bench)


def _time_editor(bench):
    groups = "lifecycle_programs.group_lifecycle_marketer"
    with bench.env.cr.savepoint() as savepoint:
        user = bench.env["res.users"].create(
            {
                "name": "Marketer",
                "login": "bench_marketer",
                "group_ids": [Command.link(bench.env.ref(groups).id)],
            }
        )
        asked = bench.env["lifecycle.rule.editor"].with_user(user)
        place = (ONE_RULE, "lifecycle.rule", False, "rule")
        if "count" not in asked.count(*place):
            raise RuntimeError("The exact count did not come to an end")
        estimate, count = bench.timed(
            lambda: asked.estimate(*place), lambda: asked.count(*place)
        )
        savepoint.rollback()
    yield Row(
        "the editor's estimate",
        estimate,
        "the exact count",
        count,
        at_most=1 / 20,
    )
    yield Row("the editor's estimate", estimate, "the most it may take", 300, at_most=1)


def python(bench, number=5000):
    """Evaluating in Python, per evaluation, over contacts that have bought."""
    facts = bench.env["lifecycle.fact"]
    rules = [facts._check_rule(text) for text in BARE_RULES]
    names = {name for rule in rules for name in rule.facts}
    ids = range(bench.data.first, bench.data.first + min(number, bench.data.size))
    values = [
        one
        for one in facts._read(ids, names, bench.company, NOW).values()
        if None not in one.values()
    ]
    types = {name: facts._facts()[name].type for name in names}
    bare = [bare_rule(text, types) for text in BARE_RULES]
    flat = [
        {name.replace(".", "_"): value for name, value in one.items()} for one in values
    ]

    def ours():
        return [rule.matches(one, NOW) for rule in rules for one in values]

    def theirs():
        return [rule.matches(one) for rule in bare for one in flat]

    if ours() != theirs():
        raise RuntimeError("The bare library gives other answers")
    evaluations = len(rules) * len(values)
    spent, limit = bench.timed(ours, theirs)
    yield Row(
        "one evaluation in Python",
        spent * 1000 / evaluations,
        "rule-engine bare on flat dictionaries",
        limit * 1000 / evaluations,
        unit="µs",
        at_most=1.5,
    )


def bare_rule(text, types):
    """A rule of the bare library, the names flat.

    :param types: types of the facts it may name, by name
    """
    flat = re.sub(r"\b(orders|contact|crm)\.(\w+)", r"\1_\2", text)
    resolver = rule_engine.type_resolver_from_dict(
        {name.replace(".", "_"): BARE_TYPES[type_] for name, type_ in types.items()}
    )
    context = rule_engine.Context(type_resolver=resolver, default_timezone="utc")
    return rule_engine.Rule(flat, context=context)
