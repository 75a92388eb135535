"""Decides what a school's events become in Slack: what is known goes in, actions come out. No I/O."""
