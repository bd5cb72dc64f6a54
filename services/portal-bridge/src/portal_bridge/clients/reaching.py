"""How third parties are not to be had."""


class NotReached(ConnectionError):  # noqa: N818 - what the third party is
    """Who was asked did not answer as it should: whoever asked waits, and asks again."""
