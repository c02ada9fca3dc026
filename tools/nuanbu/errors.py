"""The one error that is meant for a person's eyes."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can put right.

    `str(error)` is one line: what is wrong, where, and the range allowed; `hint` says what to do
    next. The command line prints both and exits with `code`.
    """

    def __init__(self, message: str, hint: str = "", code: int = 1):
        super().__init__(message)
        self.hint = hint
        self.code = code
