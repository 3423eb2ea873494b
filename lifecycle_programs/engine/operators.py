"""The table of operators. Check, SQL, Python and explanation all derive from it.

To add an operator, add one row: its key is the token of the grammar ("GE"), the
function ("$between") or the attribute (".year"), then how it is written, then its
cases, which are described in :mod:`case`.
"""

from .table_tests import TESTS
from .table_values import VALUES

#: The table: operators by key.
OPERATORS = {item.key: item for item in (*TESTS, *VALUES)}
#: What may stand in for what, by the operator that turns one into the other. A boolean
#: fact where a condition is wanted: missing is no.
COERCIONS = {
    ("boolean", "condition"): "truth",
    ("date", "datetime"): "to datetime",
    ("datetime", "local"): "to local",
}
