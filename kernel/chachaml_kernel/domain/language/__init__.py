"""The query language for runs: from text to a checked tree, what it means, and back to text."""
