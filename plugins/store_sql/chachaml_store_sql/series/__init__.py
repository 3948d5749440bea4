"""Series of points: rows while they are hot, compressed chunks for good."""
