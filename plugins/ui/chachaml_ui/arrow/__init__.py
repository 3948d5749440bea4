"""Points as Arrow IPC streams: read from bodies, written as answers.

All but `extra` needs pyarrow and is imported where a request first needs it.
"""
