"""The export of everything: a table a kind of thing, in files that other programs read."""
