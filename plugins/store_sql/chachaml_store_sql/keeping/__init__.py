"""All that a database holds, out of one snapshot and into another database."""
