"""Which PostgreSQL server the environment names."""

import pytest

from devtools import console, postgres


def test_database_url_with_a_host_or_a_socket():
    read = postgres.server_in
    url = "postgresql://ann:s%40fe@db.example:5433/ignored"
    assert read({"DATABASE_URL": url}) == postgres.Server(
        host="db.example", port="5433", user="ann", password="s@fe"
    )
    url = "postgresql://ann@/ignored?host=/run/pg&port=5434"
    assert read({"DATABASE_URL": url}) == postgres.Server(
        host="/run/pg", port="5434", user="ann"
    )
    with pytest.raises(console.Stop, match="DATABASE_URL is no address"):
        read({"DATABASE_URL": "nonsense"})


def test_pg_variables_count_only_when_they_name_a_server():
    read = postgres.server_in
    assert read({"PGDATABASE": "x", "PGPASSWORD": "y"}) is None
    assert read({"PGHOST": "h", "PGPASSWORD": "y"}) == postgres.Server(
        host="h", password="y"
    )


def test_dsn_leaves_out_what_is_not_known():
    assert postgres.Server(host="h").dsn("base") == "dbname=base host=h"
