"""The web pages: rendered on the server, each a view of its address alone."""
