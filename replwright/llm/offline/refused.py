"""The one exception of the rules."""


class Refused(Exception):
    """The question cannot be answered by these rules; the message is for the user.

    `weight` tells which of several refusals says most; `unbound` counts the words that mean nothing in the table.
    """

    def __init__(self, message: str, *, weight: int = 1, unbound: int = 0) -> None:
        super().__init__(message)
        self.weight = weight
        self.unbound = unbound
