"""Moving and keeping: copies of all that is stored, checks of it, and the clearing of leftovers."""
