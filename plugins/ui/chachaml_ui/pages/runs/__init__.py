"""The page of all runs: what its address asks for, as columns, rows and groups."""
