"""Numbers of people and enterprises that are right in form and belong to nobody."""

import random

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def phone(dice: random.Random) -> str:
    """A mobile number of the mainland."""
    return f"{dice.choice(('138', '139', '150', '186'))}{dice.randrange(10**8):08d}"


def id_number(dice: random.Random) -> str:
    """An ID number with the county's code, old or new."""
    born = f"{dice.randint(1940, 2005)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
    body = f"{dice.choice(('310151', '310230'))}{born}{dice.randrange(1000):03d}"
    return body + _ID_CHECKS[sum(w * int(digit) for w, digit in zip(_ID_WEIGHTS, body, strict=True)) % 11]


def credit_code(dice: random.Random) -> str:
    """A unified social credit code of an enterprise of the district."""
    body = "91310151" + "".join(dice.choices(_CREDIT, k=9))
    total = sum(pow(3, n, 31) * _CREDIT.index(letter) for n, letter in enumerate(body))
    return body + _CREDIT[-total % 31]
