"""Express: short writes of plain requests, which are answered past the web framework."""
