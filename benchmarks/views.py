"""How long the first page of every menu takes, and how many queries it asks.

    ./dev bench views [--contacts N] [--rounds N] [--only NAME ...] [--write]

For a marketer, with what the web client asks the server: the records of a list or of
the cards, the groups of a pivot or a graph, and the dashboard's one answer. Every row
is the slowest of its rounds; over a second makes the command fail. With --write the
table goes to docs/views.md.
"""

import argparse
import os
import platform
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from lxml import etree

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.safe_eval import datetime as eval_datetime
from odoo.tools.safe_eval import safe_eval

from devtools import guard, paths

from ._rules_data import NOW
from ._views_data import History

LIMIT = 1.0
PAGE = os.path.join(paths.ROOT, "docs", "views.md")
ROOT_MENU = "lifecycle_programs.lifecycle_menu_root"
LOGIN = "lifecycle_bench_marketer"
# What the web client asks of a list, and up to where it counts.
ROWS, COUNTED = 80, 10_001
# What the dashboard shows as of a while ago, and counts anew after the page is there.
BEHIND = "Behind the dashboard"


@dataclass
class Row:
    """One line of the table."""

    name: str
    what: str
    seconds: float
    queries: int
    limit: float | None

    @property
    def is_quick(self):
        return self.limit is None or self.seconds < self.limit

    def __str__(self):
        mark = "" if self.is_quick else "  TOO SLOW"
        return (
            f"{self.name:44} {self.what:16} {self.seconds * 1000:8.0f} ms"
            f" {self.queries:4} queries{mark}"
        )


class Bench:
    def __init__(self, env, options):
        self.history = History(env, options.contacts)
        self.env = env(user=self._marketer(env), context={"lang": "en_US"})
        self.rounds, self.only = options.rounds, options.only

    def _marketer(self, env):
        user = env["res.users"].search([("login", "=", LOGIN)])
        return user or env["res.users"].create(
            {
                "name": "Benchmark marketer",
                "login": LOGIN,
                "group_ids": [
                    (4, env.ref("base.group_user").id),
                    (4, env.ref("lifecycle_programs.group_lifecycle_marketer").id),
                ],
            }
        )

    def rows(self):
        """The rows of all menus, of the dashboard for each period, and of what it
        counts behind the page."""
        yield from self.dashboard_rows()
        for menu in self.menus():
            yield from self.menu_rows(menu)

    def dashboard_rows(self):
        dashboard, company = self.env["lifecycle.dashboard"], self.env.company
        credits = self.env["lifecycle.credit"].sudo()
        yield self.measure(
            BEHIND, "purchases", lambda: credits._credit(company, NOW), limit=None
        )
        for kind in ("30", "365"):
            shown = dashboard._period(company, kind, None, None, NOW)
            count = partial(dashboard._count_stages, company, shown, NOW)
            yield self.measure(BEHIND, f"stages {kind}", count, limit=None)
            show = partial(dashboard._show, company, shown, NOW)
            yield self.measure("Dashboard", f"{kind} days", show)

    def menus(self):
        loaded = self.env["ir.ui.menu"].load_menus(False)
        root = self.env.ref(ROOT_MENU).id

        def leaves(menu_id):
            below = loaded[menu_id]["children"]
            if not below:
                yield loaded[menu_id]
            for child in below:
                yield from leaves(child)

        return list(leaves(root))

    def menu_rows(self, menu):
        if menu["action_model"] != "ir.actions.act_window":
            return
        if self.only and menu["name"] not in self.only:
            return
        action = self.env["ir.actions.act_window"].sudo().browse(menu["action_id"])
        if action.target == "new" or action.res_model == "res.config.settings":
            return
        context = safe_eval(action.context or "{}", self.names())
        model = self.env[action.res_model].with_context(**context)
        domain = safe_eval(action.domain or "[]", self.names())
        domain += self.default_domain(model, context, action.search_view_id.id)
        for view_type in action.view_mode.split(","):
            read = getattr(self, f"read_{view_type}", None)
            if read:
                view = model.get_view(view_type=view_type)
                arch = etree.fromstring(view["arch"])
                yield self.measure(
                    menu["name"], view_type, partial(read, model, domain, arch)
                )

    def names(self):
        return {
            "uid": self.env.uid,
            "datetime": eval_datetime,
            "context_today": lambda: NOW.date(),
            "active_id": False,
            "allowed_company_ids": self.env.companies.ids,
        }

    def default_domain(self, model, context, view_id):
        """What the filters that are on at the beginning ask for."""
        wanted = [
            name.removeprefix("search_default_")
            for name, value in context.items()
            if name.startswith("search_default_") and value
        ]
        arch = etree.fromstring(model.get_view(view_id, "search")["arch"])
        domain = []
        for name in wanted:
            for node in arch.iterfind(f".//filter[@name='{name}']"):
                if node.get("date"):
                    domain += [(node.get("date"), ">=", NOW - timedelta(days=30))]
                elif node.get("domain"):
                    domain += safe_eval(node.get("domain"), self.names())
        return domain

    # ------------------------------------------------------------
    # WHAT THE CLIENT ASKS
    # ------------------------------------------------------------

    def read_list(self, model, domain, arch):
        order = arch.get("default_order")
        model.web_search_read(
            domain,
            self.specification(model, arch),
            limit=ROWS,
            order=order,
            count_limit=COUNTED,
        )

    def specification(self, model, arch):
        """The fields of a view, of related records their names."""
        nodes = [node for node in arch.iter("field") if not _is_inside(node, "field")]
        return {
            node.get("name"): {"fields": {"display_name": {}}}
            if model._fields[node.get("name")].relational
            else {}
            for node in nodes
        }

    def read_kanban(self, model, domain, arch):
        group = arch.get("default_group_by")
        if not group:
            return self.read_list(model, domain, arch)
        return model.web_read_group(
            domain,
            [group],
            auto_unfold=True,
            unfold_read_specification=self.specification(model, arch),
            unfold_read_default_limit=ROWS,
        )

    def read_pivot(self, model, domain, arch):
        names = {"row": [], "col": [], "measure": []}
        for node in arch.iter("field"):
            name = node.get("name")
            if node.get("interval"):
                name = f"{name}:{node.get('interval')}"
            names[node.get("type", "row")].append(name)
        measures = ["__count"] + [f"{name}:sum" for name in names["measure"]]
        sets = [[], names["row"][:1]]
        if names["col"]:
            sets += [names["col"][:1], names["row"][:1] + names["col"][:1]]
        model.formatted_read_grouping_sets(domain, sets, measures)

    def read_graph(self, model, domain, arch):
        groups, measure = [], "__count"
        for node in arch.iter("field"):
            name = node.get("name")
            if node.get("type") == "measure":
                measure = f"{name}:sum"
            elif node.get("interval"):
                groups.append(f"{name}:{node.get('interval')}")
            else:
                groups.append(name)
        model.formatted_read_group(domain, groups, [measure])

    def measure(self, name, what, ask, limit=LIMIT):
        ask()
        seconds, queries = [], 0
        for _round in range(self.rounds):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            started = time.perf_counter()
            ask()
            seconds.append(time.perf_counter() - started)
            queries = self.env.cr.sql_log_count - before
        return Row(name, what, max(seconds), queries, limit)


def _is_inside(node, tag):
    return any(parent.tag == tag for parent in node.iterancestors())


def write(rows, bench):
    """The table as a page of the documentation."""
    history = bench.history
    lines = [
        "# How quickly views open",
        "",
        "Made by `./dev bench views --write`: for a marketer, what the web client asks",
        "of the server to show the first page of a menu, the slowest of"
        f" {bench.rounds} rounds.",
        f"{history.size:,} contacts, {history.runs:,} steps done,"
        f" {platform.machine()}, {os.cpu_count()} cores.",
        "",
        "| menu | view | milliseconds | queries |",
        "| --- | --- | ---: | ---: |",
    ]
    lines += [
        f"| {row.name} | {row.what} | {row.seconds * 1000:.0f} | {row.queries} |"
        for row in rows
    ]
    with open(PAGE, "w") as handle:
        handle.write("\n".join(lines) + "\n" + CLOSING)


CLOSING = """
The dashboard reads what is kept of stages and purchases; counting them anew goes on
behind the page and is not part of its time.
"""


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench views")
    parser.add_argument("--db", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of menus")
    parser.add_argument("--write", action="store_true", help="write docs/views.md")
    options = parser.parse_args(arguments)
    config.parse_config(["--config", os.environ["LIFECYCLE_ODOO_CONF"]])
    guard.install()
    with Registry(options.db).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        bench = Bench(env, options)
        rows = []
        for row in bench.rows():
            rows.append(row)
            print(row, flush=True)
        if options.write:
            write(rows, bench)
        cr.rollback()
    return 0 if all(row.is_quick for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
