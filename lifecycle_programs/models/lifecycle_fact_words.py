"""What people call the values of facts that are codes: the names of their records."""

from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain


class LifecycleFact(models.AbstractModel):
    _inherit = "lifecycle.fact"

    @api.model
    def _code_models(self):
        """The model whose records have the values of a fact as their ``code``, by the
        name of a fact, also of one that an event or an entry brings. Other addons add
        theirs.

        :rtype: dict[str, str]
        """
        programs = [name for name in self._facts() if name.startswith("programs.")]
        return {
            "contact.country": "res.country",
            "contact.language": "res.lang",
            "contact.stage": "lifecycle.stage",
            **dict.fromkeys(
                [*programs, "event.program", "entry.program"], "lifecycle.program"
            ),
            **dict.fromkeys(
                (
                    "engagement.topics",
                    "engagement.main_topic",
                    "web.topics",
                    "event.topic",
                    "entry.topic",
                ),
                "lifecycle.topic",
            ),
            **dict.fromkeys(
                ("milestones.badges", "milestones.last_badge"), "lifecycle.badge"
            ),
            **dict.fromkeys(("consent.mail", "consent.sms"), "lifecycle.category"),
        }

    @api.model
    def _code_selections(self):
        """What a selection field calls the codes that a text may be: pairs of code and
        word by the name of a fact, also of one that an event or an entry brings. Other
        addons add theirs.

        :rtype: dict[str, list[tuple[str, str]]]
        """

        def describe(model, field):
            return self.env[model]._fields[field]._description_selection(self.env)

        outcomes = describe("mail.activity", "lifecycle_outcome")
        # Of a call that was marked as done without a word.
        outcomes = [*outcomes, ("done", self.env._("Done"))]
        states = describe("lifecycle.alert", "state")
        return {
            "calls.last_outcome": outcomes,
            "event.outcome": outcomes,
            "entry.outcome": outcomes,
            "crm.last_alert_answer": [pair for pair in states if pair[0] != "open"],
        }

    @api.model
    def _value_words(self, rules, company, values=()):
        """What people call the codes in some rules, and in the values that they are
        explained with.

        :param rules: parsed rules
        :param values: dictionaries of values by the names of facts
        :return: see `_words`
        """
        names = {name for rule in rules for name in rule.facts}
        texts = set().union(*(rule.texts for rule in rules))
        return self._words(names, company, values, texts)

    @api.model
    def _words(self, names, company, values, texts=()):
        """What people call texts that are codes, in the user's language: one query for
        each kind of record.

        :param names: of facts
        :param company: whose programs the codes mean
        :param values: dictionaries of values by the names of facts
        :param texts: what else may be a code of any of them
        :return: words by the text, by the name of the fact
        :rtype: dict[str, dict[str, str]]
        """
        types = self.env["lifecycle.event.type"]
        known = self._facts() | types._payload_facts("event")
        known |= types._payload_facts("entry")
        words = {name: dict(known[name].choices) for name in names & known.keys()}
        coded = defaultdict(list)
        for name, model in self._code_models().items():
            if name in names:
                coded[model].append(name)
        for model, own in coded.items():
            codes = set(texts)
            for given in values:
                for name in own:
                    value = given.get(name)
                    items = value if isinstance(value, (list, tuple)) else [value]
                    # What an event carries may be anything.
                    codes.update(item for item in items if isinstance(item, str))
            words |= dict.fromkeys(own, self._names_of_codes(model, codes, company))
        return words

    @api.model
    def _names_of_codes(self, model, codes, company):
        """The names of records by their codes; what is archived has a name, too."""
        # As superuser: whoever may read the rule may know what it is about.
        records = self.env[model].sudo().with_context(active_test=False)
        domain = Domain("code", "in", list(codes))
        if "company_id" in records._fields:
            domain &= Domain("company_id", "in", [False, company.id])
        found = records.search_fetch(domain, ["code", "name"])
        return {record.code: record.name for record in found}
