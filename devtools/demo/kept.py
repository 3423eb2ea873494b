"""What a run leaves: its database, its report and its mails.

Whoever asks for the same run again goes on with them. It is the same when the code, the
purchases, the options and the last day are; the database says so in its comment, which
goes when it is dropped, and is not copied with it.
"""

import argparse
import hashlib
from datetime import date
from pathlib import Path

from psycopg2 import sql

from .. import paths, postgres

DEMO = "lifecycle_demo"
CODE = (paths.ADDON, "devtools", "requirements.txt")


def outbox(database: str) -> Path:
    """The folder of the mails that were sent from a database."""
    return Path(paths.DEV, _named("outbox", database))


def report(database: str) -> Path:
    """The file of the report on a database."""
    return Path(paths.DEV, _named("report", database) + ".json")


def key(options: argparse.Namespace) -> str:
    """What tells a run from others.

    :param options: those of `devtools.demo`
    """
    digest = hashlib.sha256()
    for path in _code():
        digest.update(str(path.relative_to(paths.ROOT)).encode())
        digest.update(path.read_bytes())
    if options.purchases and options.purchases.is_file():
        digest.update(options.purchases.read_bytes())
    wanted = vars(options) | {"until": options.until or date.today()}
    digest.update(repr(sorted(wanted.items())).encode())
    return digest.hexdigest()


def keep(server: postgres.Server, database: str, run: str) -> None:
    """Note that a run has ended, and was sound."""
    with server.cursor() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(database), sql.Literal(_comment(database, run))
            )
        )


def is_kept(server: postgres.Server, database: str, run: str) -> bool:
    """Whether a database is what a run has left, and the report is about it."""
    if not report(database).exists():
        return False
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') = %s"
            " FROM pg_database WHERE datname = %s",
            [_comment(database, run), database],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _comment(database: str, run: str) -> str:
    written = hashlib.sha256(report(database).read_bytes()).hexdigest()
    return f"demo {run} {written}"


def _code() -> list[Path]:
    places = [Path(paths.ROOT, name) for name in CODE]
    files = [place for place in places if place.is_file()]
    for place in places:
        files += [path for path in place.rglob("*") if path.is_file()]
    return sorted(path for path in files if path.suffix != ".pyc")


def _named(what: str, database: str) -> str:
    return what if database == DEMO else f"{what}-{database}"
