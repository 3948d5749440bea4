"""What the README says of speed and size, measured against the real command and its peers.

`make bench` runs it; README.md beside this file says what each workload does and how. Nothing here
is part of the test suite, where nothing is timed.
"""
