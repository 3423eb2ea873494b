"""Concurrency of the scheduled actions.

Odoo's transactions are REPEATABLE READ: a claim (SKIP LOCKED) or an ON CONFLICT on a
row that somebody changed after our snapshot raises a serialization failure. HTTP
requests are retried by Odoo, scheduled actions are not: this is their retry.
"""

import logging
import random
import time

import psycopg2.errors

_logger = logging.getLogger(__name__)

CONCURRENCY_ERRORS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
TRIES = 8


def claim(env, query):
    """Run a query that locks what nobody else has locked, and return its rows.

    That somebody changed a row meanwhile is no failure, it is tried again: nothing to
    fill the log with.
    """
    env.flush_query(query)
    env.cr.execute(query, log_exceptions=False)
    return env.cr.fetchall()


def retry_on_conflict(env, batch):
    """Run ``batch()`` as the first work of a fresh transaction; on a conflict with
    another transaction roll back, wait a jitter, and try again, eight times in all.

    Only a scheduled action's thin entry may call this: it rolls back.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return batch()
        except CONCURRENCY_ERRORS:
            env.cr.rollback()
            if attempt == TRIES:
                raise
            _logger.info("Conflict with another transaction, try %s again", attempt)
            time.sleep(random.uniform(0.02, 0.1) * attempt)


def run_in_batches(env, batch, count):
    """Run ``batch()`` again and again, each time in a transaction of its own, until it
    finds nothing to do or the scheduled action has had its time.

    :param batch: returns how many it dealt with
    :param count: returns how many are due
    """
    cron = env["ir.cron"]
    cron._commit_progress(remaining=count())
    done = True
    while done:
        done = retry_on_conflict(env, batch)
        # With nothing done, what remains is in another worker's hands.
        remaining = count() if done else 0
        if not cron._commit_progress(done, remaining=remaining):
            break
