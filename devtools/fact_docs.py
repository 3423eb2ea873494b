"""docs/facts.md, made of the addon's facts: `python -m devtools.fact_docs`.

With `--check` nothing is written; the status is 1 when the page is out of date.
"""

import os
import sys
from pathlib import Path

from . import paths

PAGE = Path(paths.ROOT, "docs", "facts.md")
HEAD = """# Facts

What rules and messages know about a contact, {count} facts in all; the menu Lifecycle /
Configuration / Customer data lists them with those that a company or another addon has
added. Made by `./dev docs`.

A rule writes a fact by its name, and its value as in the example. Facts about orders,
invoices, leads, clicks, visits and use count the whole customer: a company with all its
people. Missing values compare false. Facts marked “today only” have no history: for a
past date they show what they are today.
"""
TYPES = {
    "boolean": "yes or no",
    "datetime": "date and time",
    "text_list": "list of texts",
    "number_list": "list of numbers",
}


def page(sources):
    """The page as text.

    :param sources: the sources of facts, in their order
    """
    from odoo.addons.lifecycle_programs.facts.define import CURRENCY, written

    groups = {}
    for source in sources:
        for fact in source.facts:
            groups.setdefault(str(fact.group), []).append(fact)
    lines = [HEAD.format(count=sum(map(len, groups.values())))]
    for group, facts in groups.items():
        lines += [
            f"## {group}",
            "",
            "| fact | meaning | type | example |",
            "| --- | --- | --- | --- |",
        ]
        for fact in facts:
            unit = "" if fact.unit is CURRENCY else fact.unit
            kind = TYPES.get(fact.type, fact.type)
            if fact.unit:
                kind += f", {unit or 'currency of the company'}"
            if not fact.history:
                kind += ", today only"
            meaning = f"{fact.label}. {fact.help}"
            example = f"`{written(fact.example)}`" if fact.example is not None else ""
            lines.append(f"| `{fact.name}` | {meaning} | {kind} | {example} |")
        lines.append("")
    return "\n".join(lines)


def main(arguments):
    from odoo.tools import config

    config.parse_config(["--config", os.environ["LIFECYCLE_ODOO_CONF"]])
    from odoo.addons.lifecycle_programs.facts import SOURCES

    text = page(SOURCES)
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("docs/facts.md is out of date: run ./dev docs\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
