"""Measurements of what the README says of speed and size; `make bench` runs them all.

Each module measures one thing against the real command, checks that the work was really done, and
returns a table. Nothing here is part of the test suite, where nothing is timed.
"""
