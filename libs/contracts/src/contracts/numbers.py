"""Phones, ID numbers and credit codes of reporters, each in one form, for whoever takes complaints in."""

import re
import unicodedata
from datetime import date

import phonenumbers
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.iso7064 import mod_11_2

from contracts.refusals import Refused

_SPACES = re.compile(r"[\s\-\u2010-\u2015\u2212()]+")
_MAINLAND_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LOCAL = re.compile(r"[2-9][0-9]{7}")
_SHANGHAI_AREA = "021"


def phone(said: str) -> str:
    """The number in E.164, `;ext=` and its extension behind; eight digits alone are a line in Shanghai.

    Raises Refused("complaint.phone") for a number that nobody can have.
    """
    digits = _SPACES.sub("", unicodedata.normalize("NFKC", said))
    mobile = _MAINLAND_MOBILE.fullmatch(digits)
    if mobile:
        return "+86" + mobile[1]
    return _other_phone(_SHANGHAI_AREA + digits if _LOCAL.fullmatch(digits) else said)


def _other_phone(said: str) -> str:
    try:
        number = phonenumbers.parse(said.replace("转", " ext. "), "CN")
    except phonenumbers.NumberParseException:
        raise Refused("complaint.phone") from None
    if not phonenumbers.is_valid_number(number):
        raise Refused("complaint.phone")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_OLDEST = 1880


def id_number(said: str) -> str:
    """The 18 characters of a citizen's ID number. Raises Refused("complaint.id-number").

    Its check digit and its date are checked, never its place: 310230 and 310151 are the same district (rules 7).
    """
    number = _SPACES.sub("", unicodedata.normalize("NFKC", said)).upper()
    if not _ID_NUMBER.fullmatch(number) or not mod_11_2.is_valid(number) or birthday(number).year < _OLDEST:
        raise Refused("complaint.id-number")
    return number


def birthday(number: str) -> date:
    """The date inside an ID number. Raises Refused("complaint.id-number") for a day that does not exist."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("complaint.id-number") from None


def credit_code(said: str) -> str:
    """The 18 characters of a unified social credit code. Raises Refused("complaint.credit-code")."""
    try:
        return str(uscc.validate(unicodedata.normalize("NFKC", said).upper()))
    except WrongNumber:
        raise Refused("complaint.credit-code") from None
