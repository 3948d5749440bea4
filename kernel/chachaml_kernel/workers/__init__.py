"""Worker processes: several kernels of one configuration on one machine.

The process that was started starts the others, and ends them; if it dies, they end by themselves.
"""
