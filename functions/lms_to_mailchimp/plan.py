"""Decides what a school's events become in Mailchimp: what is known goes in, actions come out. No I/O."""
