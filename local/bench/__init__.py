"""Measures what a person waits for and pays for: cold starts, vendor calls, AWS calls."""
