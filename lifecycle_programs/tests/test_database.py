"""What the database itself has to have: indexes, and SQL that works on copies."""

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from odoo.tools import SQL

from .common import LifecycleCommon

# Tables that grow without end: a record that they point at is not deleted, and what
# happened to it is not counted, by reading all of them.
GROWING = ("enrolment", "step.run", "grant", "alert", "opt.out")
POINTED_AT = (
    "lifecycle.alert",
    "lifecycle.enrolment",
    "lifecycle.event",
    "lifecycle.grant",
    "lifecycle.message",
    "lifecycle.program",
    "lifecycle.step",
    "lifecycle.step.branch",
    "lifecycle.version",
    "res.partner",
)


@tagged("lifecycle")
class TestDatabase(LifecycleCommon):
    def test_references_of_tables_that_grow_are_indexed(self):
        """By an index that starts with the column and has all rows in which it is
        set."""
        missing = []
        for name in GROWING:
            model = self.env[f"lifecycle.{name}"]
            indexed = self.get_indexed_columns(model._table)
            missing += [
                f"{model._name}.{field.name}"
                for field in model._fields.values()
                if field.type == "many2one"
                and field.store
                and field.comodel_name in POINTED_AT
                and field.name not in indexed
            ]
        self.assertFalse(missing)

    def get_indexed_columns(self, table):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.attname
                  FROM pg_index i
                  JOIN pg_attribute a
                    ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                 WHERE i.indrelid = %s::regclass
                   AND COALESCE(pg_get_expr(i.indpred, i.indrelid), '')
                       IN ('', '(' || a.attname || ' IS NOT NULL)')
                """,
                table,
            )
        )
        return {column for (column,) in rows}

    def test_a_neutralized_copy_runs_nothing(self):
        states = ("draft", "running", "paused", "closed")
        programs = self.env["lifecycle.program"]
        for state in states:
            program = self.make_program({"type": "end"}, code=state)
            program._enrol_partners(self.make_contact(state), self.start)
            program.state = state
            programs |= program
        self.env.flush_all()
        (query,) = get_neutralization_queries(["lifecycle_programs"])
        self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(
            programs.mapped("state"), ["draft", "paused", "paused", "paused"]
        )
        self.run_due(days=2)
        self.assertEqual(set(programs.enrolment_ids.mapped("state")), {"active"})
        programs[1].action_resume()
        self.run_due(days=2)
        self.assertEqual(programs[1].enrolment_ids.state, "ended")
