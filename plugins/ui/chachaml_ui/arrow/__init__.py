"""Points as Arrow IPC streams: read from bodies, written as answers.

All but `library` needs pyarrow and is imported where a request first needs it.
"""
