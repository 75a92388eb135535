"""What board says when it does not do what it is asked."""

from collections.abc import Mapping, Sequence

from werkzeug.wrappers import Response

from local.sandbox.vendor import json_response

BAD, NOT_FOUND, UNPROCESSABLE = 400, 404, 422
WRONG = "入力内容に誤りがあります。"


class Refused(Exception):
    """A request that board refuses. `errors` says by field what is wrong."""

    def __init__(self, status: int, message: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take what the answer will be."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors

    def response(self) -> Response:
        """The answer."""
        errors = {"errors": dict(sorted(self.errors.items()))} if self.errors else {}
        return json_response(self.status, {"message": self.message} | errors)


def wrong(errors: Mapping[str, Sequence[str]]) -> Refused:
    """Fields that cannot be taken."""
    return Refused(UNPROCESSABLE, WRONG, errors)


def not_found() -> Refused:
    """No such record, or not any more."""
    return Refused(NOT_FOUND, "Not Found")
