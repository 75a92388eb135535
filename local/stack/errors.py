"""What a person can do something about: shown as one message, without a trace."""


class StackError(Exception):
    """The local stack cannot go on; the message says what to do."""
