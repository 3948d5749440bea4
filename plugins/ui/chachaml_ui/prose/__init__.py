"""Markdown with maths, as people write notes: made into HTML that is safe on a page of ours."""
