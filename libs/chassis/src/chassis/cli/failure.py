"""How a command ends that cannot do what was asked: one sentence, exit code 1."""


class Unable(Exception):  # noqa: N818 - a sentence for the person at the keyboard
    """The command cannot do it; the message is the sentence that says why and what helps."""
