"""Who acts in `make run`: sample departments and clerks, so that some samples go their whole way."""

from stack.acting.play import Played, play

__all__ = ["Played", "play"]
