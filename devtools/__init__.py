"""What `./dev` needs: virtual environment, Odoo, PostgreSQL, databases, tests, lint."""
