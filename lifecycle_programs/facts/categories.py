"""The names of product categories that marketing uses.

Fragments of SQL over the alias of a ``product_category``; which names these are is a
setting (see `lifecycle.fact._category_names`).
"""

#: What a category is called: by its own name and those above it, by the one on a level
#: of the tree, or by the name that somebody has written on it or above it.
KINDS = ("tree", "level", "mapped")


def _path(alias):
    return f"string_to_array(rtrim({alias}.parent_path, '/'), '/')::int[]"


def category_name(alias, kind, level):
    """The one name of a category, as an expression.

    :param kind: one of `KINDS`
    :param level: for the kind ``level``: 1 is the top of the tree
    """
    path = _path(alias)
    if kind == "level":
        return (
            "(SELECT wide.name FROM product_category wide"
            f" WHERE wide.id = ({path})[LEAST({int(level)}, cardinality({path}))])"
        )
    if kind == "mapped":
        return (
            "COALESCE((SELECT wide.lifecycle_name FROM product_category wide"
            f" WHERE wide.id = ANY({path}) AND wide.lifecycle_name <> ''"
            f" ORDER BY length(wide.parent_path) DESC LIMIT 1), {alias}.name)"
        )
    return f"{alias}.name"


def category_names(alias, kind, level):
    """All names of a category: a SELECT of one column."""
    if kind == "tree":
        return (
            "SELECT wide.name FROM product_category wide"
            f" WHERE wide.id = ANY({_path(alias)})"
        )
    return f"SELECT {category_name(alias, kind, level)}"


def is_in_category(own, category, kind, level):
    """Whether one category lies within another, or goes by the same name."""
    within = f"starts_with({own}.parent_path, {category}.parent_path)"
    if kind == "tree":
        return within
    same = " = ".join(category_name(alias, kind, level) for alias in (own, category))
    return f"({within} OR {same})"
