"""What can go wrong for the person at the command line, and the exit code it ends with."""

from local.cli.shapes import Json, rows, text

OK = 0
FAILED = 1
MISUSED = 2
INTERRUPTED = 130


class Failure(Exception):
    """Something failed, was refused, or was not found: exit code 1.

    `key` and `values` name the text in `local.cli.texts`. `passing` says that the same call may work in a moment,
    so that whoever waits for something can go on waiting.
    """

    exit_code = FAILED

    def __init__(self, key: str, *, passing: bool = False, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.passing = passing
        self.values = values


class Refused(Failure):
    """The API answered with an `error` of its own; its message is meant for people."""

    def __init__(self, status: int, error: Json) -> None:
        server_fault = status >= 500  # noqa: PLR2004
        key = "server_refused" if server_fault else "refused"
        self.status = status
        self.code = text(error.get("code")) or str(status)
        self.error = error
        self.problems = rows(error.get("problems"))
        message = text(error.get("message"))
        super().__init__(key, passing=server_fault, message=message, code=self.code, status=status)


class Misuse(Failure):
    """The call or a file it names is wrong, and nothing was sent: exit code 2."""

    exit_code = MISUSED
