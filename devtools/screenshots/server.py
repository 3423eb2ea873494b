"""Methods of the server, called from the page that is open."""

import json

CALL = """
    (async () => {
        const params = %s;
        const answer = await fetch("/web/dataset/call_kw", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
        });
        const {result, error} = await answer.json();
        if (error) {
            throw new Error(error.data.message);
        }
        return result;
    })()
"""


def call(chrome, model, method, *args, **kwargs):
    """What a method answers to whoever is logged in.

    :raises RuntimeError: with the words of the server, when it refuses
    """
    params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
    return chrome.run(CALL % json.dumps(params))


def find(chrome, model, domain, field="id"):
    """The id in a field of the first record.

    :raises RuntimeError: when there is none
    """
    found = call(chrome, model, "search_read", domain, [field], limit=1)
    if not found:
        raise RuntimeError(f"no {model} with {domain}: run ./dev demo first")
    value = found[0][field]
    # A record is told with its name.
    return value[0] if isinstance(value, list) else value
