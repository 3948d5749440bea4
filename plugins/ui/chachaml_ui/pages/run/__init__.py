"""The page of one run, and what is reached from it: the previews of its artifacts."""
