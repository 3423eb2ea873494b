"""`./dev screenshots`: the pictures of the README and the docs, taken from the demo.

They are taken of what a marketer or a salesperson sees, in a real browser, so that they
stay true.
"""
