"""The JSON API: a table of typed routes, which serves requests and documents itself."""
