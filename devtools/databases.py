"""Databases: templates with the dependencies installed, clones, the addon in them.

A database is built under a name ending in `_part` and renamed when it is whole, so a
half built one is never used; it is dropped and made again. Its files go with it.
"""

import ast
import functools
import glob
import hashlib
import os
import shutil

from psycopg2 import sql

from . import console, glue, paths, postgres, quiet

DEPENDENCIES = ["crm", "sale_management", "sale_loyalty", "mass_mailing_sms", "survey"]
PART = "_part"


def manifest(addon):
    """An addon's manifest, or an empty one while it has none."""
    path = os.path.join(paths.ROOT, addon, "__manifest__.py")
    if not os.path.exists(path):
        return {}
    with open(path) as handle:
        return ast.literal_eval(handle.read())


def glue_addons():
    """The addons that join ours with another one, by name."""
    found = glob.glob(os.path.join(paths.ROOT, paths.ADDON + "_*", "__manifest__.py"))
    return sorted(os.path.basename(os.path.dirname(path)) for path in found)


def addons():
    """All addons of the project that are there."""
    return ([paths.ADDON] if manifest(paths.ADDON) else []) + glue_addons()


def dependencies(with_glue=False):
    """What our addons need, without our addons."""
    names = set(manifest(paths.ADDON).get("depends", DEPENDENCIES))
    for addon in glue_addons() if with_glue else []:
        names |= set(manifest(addon).get("depends", []))
    return sorted(names - set(addons()))


class Databases:
    """The databases of one PostgreSQL server, for one Odoo."""

    def __init__(self, odoo):
        self.odoo = odoo

    def exists(self, name):
        with self.odoo.server.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return bool(cursor.fetchone())

    def names(self, prefix):
        """The databases whose name begins so."""
        with self.odoo.server.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
                " ORDER BY datname",
                [prefix],
            )
            return [name for (name,) in cursor.fetchall()]

    def all(self):
        """The databases that `dev` made: on a server of others, by their name."""
        prefix = "" if self.odoo.server == postgres.embedded() else "lifecycle_"
        own = {"postgres", "template0", "template1"}
        return [name for name in self.names(prefix) if name not in own]

    def drop(self, name):
        """Drop a database and its files, whoever is connected."""
        with self.odoo.server.cursor() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    sql.Identifier(name)
                )
            )
        shutil.rmtree(_files(name), ignore_errors=True)

    def template(self, with_glue=False):
        """The name of a database with the dependencies installed; made once."""
        names = dependencies(with_glue)
        name = f"lifecycle_template_{self._key(names)}"
        if self.exists(name):
            return name
        with console.lock(name):
            if not self.exists(name):
                console.step(f"installing {', '.join(names)} (once, a few minutes)")
                self.build(
                    name,
                    self.template() if with_glue else None,
                    functools.partial(self._install, names, "template"),
                )
        return name

    def clone(self, name, source):
        """Copy a database and its files. Files are shared: Odoo never changes one."""
        with self.odoo.server.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(source)
                )
            )
        shutil.rmtree(_files(name), ignore_errors=True)
        if os.path.exists(_files(source)):
            shutil.copytree(_files(source), _files(name), copy_function=os.link)

    def make(self, name, with_glue=False):
        """A new database with our addon installed, and the glue addons if wanted.

        Returns the path of the log of the installation.
        """
        wanted = addons() if with_glue else addons()[:1]
        if with_glue:
            glue.ensure()
        log = self._log(name, "install")
        template = self.template(with_glue)
        with console.lock(f"database-{name}"):
            self.drop(name)
            console.step(f"making database {name}")
            self.build(
                name, template, functools.partial(self._install, wanted, "install")
            )
        return log

    def update(self, name):
        """Update our addons in a database; returns the path of the log."""
        console.step(f"updating {', '.join(self.installed(name))} in {name}")
        log = self._log(name, "update")
        with console.lock(f"database-{name}"):
            self._odoo(name, log, "-u", ",".join(self.installed(name)))
        return log

    def installed(self, name):
        """Which of our addons are installed in a database."""
        with self.odoo.server.cursor(name) as cursor:
            cursor.execute(
                "SELECT name FROM ir_module_module"
                " WHERE state = 'installed' AND name = ANY(%s) ORDER BY name",
                [addons()],
            )
            return [addon for (addon,) in cursor.fetchall()]

    def build(self, name, template, fill):
        """Make a database from a template (None: an empty one) and what `fill` does
        to it, called with the name it has until it is whole."""
        part = name + PART
        self.drop(part)
        self.clone(part, template or "template0")
        fill(part)
        shutil.rmtree(_files(name), ignore_errors=True)
        if os.path.exists(_files(part)):
            os.rename(_files(part), _files(name))
        with self.odoo.server.cursor() as cursor:
            cursor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(part), sql.Identifier(name)
                )
            )

    def _install(self, names, what, database):
        log = self._log(database.removesuffix(PART), what)
        if names:
            self._odoo(database, log, "-i", ",".join(names))
        with self.odoo.server.cursor(database) as cursor:
            quiet.hush(cursor)

    def _odoo(self, database, log, *arguments):
        self.odoo.run_logged(
            log, "-d", database, *arguments, "--stop-after-init", "--no-http"
        )

    def _key(self, names):
        with open(quiet.__file__, "rb") as handle:
            parts = [self.odoo.source.version, self.odoo.source.root, *names]
            parts.append(handle.read().hex())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]

    @staticmethod
    def _log(name, what):
        return os.path.join(paths.LOGS, f"{name}-{what}.log")


def _files(name):
    return os.path.join(paths.DATA, "filestore", name)
