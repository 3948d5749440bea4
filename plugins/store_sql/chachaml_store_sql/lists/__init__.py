"""Lists, a page at a time: which rows, in which order, from which position on."""
