"""Ranking: what is learned, what is found by name, and what joins both."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain import ranking
from intake.domain.ranking import Directory, Matter, Model, Ranker, Row

WATER, BUSES, DOCTORS = "000117001000", "000118001000", "000123001000"
SAID = {
    WATER: ("家里自来水又停了", "水管压力", "水厂供水", "水表计费", "自来水发黄"),
    BUSES: ("公交车总是晚点", "公交线路调整", "公交站台", "公交司机", "末班公交车"),
    DOCTORS: ("医院挂号太难", "医生看病", "医院收费", "医院病历", "医生开药"),
}
WHERE = ("城桥镇", "堡镇", "新河镇", "庙镇", "港沿镇", "向化镇")


def decided() -> list[Row]:
    return [
        Row(subject, f"{place}居民反映{subject}，希望尽快解决", label)
        for (label, subjects), place in itertools.product(SAID.items(), WHERE)
        for subject in subjects
    ]


def matter(code: str, name: str, *synonyms: str, **owners: str) -> Matter:
    places = {place.removeprefix("p"): unit for place, unit in owners.items()}
    return Matter(code, name, synonyms, ranking.spelled((name, *synonyms)), places)


DIRECTORY = Directory(
    {
        WATER: matter(WATER, "城市供水", "自来水报修", p310151000000="water", p310151101000="town"),
        BUSES: matter(BUSES, "公共汽车客运管理", "公交投诉", p310151000000="transport"),
        DOCTORS: matter(DOCTORS, "医疗机构执业登记", "社保登记"),
    },
    {"water": "崇明区水务局", "transport": "崇明区交通委"},
    {"310151000000": None, "310151101000": "310151000000", "310151101001": "310151101000", "310151102000": None},
)


@pytest.fixture(scope="module")
def model() -> Model:
    return ranking.learn(ranking.lesson(decided(), {}))[0]


def labels(found: Sequence[ranking.Candidate]) -> list[str]:
    return [one.label for one in found]


def test_it_learns_what_was_decided_and_says_which_words_counted(model: Model) -> None:
    first, *_ = model.rank("公交车不来", "等了一个小时公交车")
    assert first.label == BUSES
    assert any("公交" in word for word in first.why)


def test_probabilities_are_probabilities(model: Model) -> None:
    found = model.rank("自来水", "")
    assert sum(one.probability for one in found) == pytest.approx(1, abs=1e-5)
    assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)


def test_figures_are_those_of_rows_that_were_held_back() -> None:
    """Every row says something else than the rest, so that nothing can be known from the others."""
    rows = [Row(f"反映{chr(0x4E00 + 7 * at) * 3}", "", ("a", "b")[at % 2]) for at in range(40)]
    _, figures = ranking.learn(ranking.lesson(rows, {}))
    assert figures.rows == 40
    assert figures.top1 < 0.9


def test_a_model_is_carried_as_it_is(model: Model) -> None:
    again = ranking.read(ranking.written(model))
    assert again.rank("公交车不来", "自来水") == model.rank("公交车不来", "自来水")
    assert (again.measured, again.trained_on) == (model.measured, model.trained_on)


def test_nothing_in_a_models_bytes_is_run(model: Model) -> None:
    assert b"pickle" not in ranking.written(model)
    with pytest.raises(ValueError, match="pickle"):
        ranking.read(b"\x80\x04\x95not a model")


def test_it_knows_what_it_was_trained_on(model: Model) -> None:
    row = decided()[0]
    assert model.has_seen(row.subject, row.text + " ！")
    assert not model.has_seen(row.subject, row.text + "又")


def test_a_threshold_is_what_was_measured_and_never_of_few_rows(model: Model) -> None:
    pairs = tuple((1 - at / 100, at < 60) for at in range(90))
    measured = Model(model.labels, model.places, model.rarity, model.weights, model.intercept, measured=pairs)
    assert measured.threshold(1.0) == pairs[59][0]
    assert measured.threshold(0.75) == pairs[79][0]
    assert measured.threshold(1.0, fewest=61) is None


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        ranking.lesson(decided()[:5], {})
    with pytest.raises(ValueError, match="two labels"):
        ranking.lesson([row for row in decided() if row.label == WATER], {})


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("自来水报修", ""),
        ("想办", "城市供水的手续"),
        ("chengshi gongshui", ""),
        ("csgs 怎么办", ""),
        ("问题", "自来水要报修没人管"),
    ],
)
def test_a_matter_is_found_by_what_it_is_called(subject: str, text: str) -> None:
    first, *_ = Ranker(DIRECTORY).rank(subject, text, 3)
    assert (first.matter, first.name) == (WATER, "城市供水")
    assert set(first.why) & {"城市供水", "自来水报修"}


def test_rows_without_a_word_in_common_are_refused() -> None:
    with pytest.raises(ValueError, match="in common"):
        ranking.learn(ranking.lesson([Row(chr(0x4E00 + at), "", "ab"[at % 2]) for at in range(40)], {}))


def test_what_nothing_speaks_for_has_no_candidates() -> None:
    assert Ranker(DIRECTORY).rank("hello", "1234 !!", 5) == []


@pytest.mark.parametrize(
    ("place", "unit"),
    [("310151101001", "town"), ("310151101000", "town"), ("310151000000", "water"), (None, None), ("31015200", None)],
)
def test_the_unit_is_the_owner_at_the_nearest_place(place: str | None, unit: str | None) -> None:
    first, *_ = Ranker(DIRECTORY).rank("自来水报修", "", 1, place)
    assert first.unit == unit


def test_a_matter_with_one_owner_needs_no_place() -> None:
    first, *_ = Ranker(DIRECTORY).rank("公交投诉", "", 1)
    assert first.unit == "transport"


def test_names_and_what_was_learned_speak_for_each_other(model: Model) -> None:
    doubtful = replace(model, sharpness=1.0)
    learned, joined = Ranker(Directory(), doubtful), Ranker(DIRECTORY, doubtful)
    [alone] = learned.rank("自来水报修", "医院的水管", 1)
    [both] = joined.rank("自来水报修", "医院的水管", 1)
    assert (alone.label, alone.matter) == (both.label, None) == (WATER, None)
    assert (both.matter, both.score > alone.score) == (WATER, True)


def test_a_label_may_be_a_units_name() -> None:
    assert DIRECTORY.unit_called("崇明区水务局") == DIRECTORY.unit_called("water") == "water"
    assert DIRECTORY.unit_called("水") is None


def test_nothing_is_certain_unless_the_policy_says_how_certain(model: Model) -> None:
    said = "公交车总是晚点", "公交车"
    [off] = Ranker(DIRECTORY, model).rank(*said, 1)
    first, *others = Ranker(DIRECTORY, model, precision=0.9).rank(*said, 3)
    assert (off.certain, first.certain) == (False, True)
    assert not any(one.certain for one in others)


def test_a_text_of_many_latin_words_costs_no_more_than_others() -> None:
    many = Directory({str(at): matter(str(at), f"城市供水{chr(0x4E00 + at)}管理") for at in range(1500)})
    said = ",".join(f"{chr(97 + at % 26)}{chr(97 + at // 26)}zzzzz" for at in range(600))
    many.names.like("", "")
    begun = perf_counter()
    Ranker(many).rank("", said, 5)
    assert perf_counter() - begun < 0.05


@given(st.text(max_size=60), st.text(max_size=300))
def test_whatever_is_said_scores_lie_between_0_and_1(subject: str, text: str) -> None:
    found = Ranker(DIRECTORY).rank(subject, text, 5)
    assert all(0 <= one.score <= 1 for one in found)
    assert len(set(labels(found))) == len(found)


def test_rows_come_with_a_matter_a_category_or_without() -> None:
    body = (
        '{"subject": "a", "text": "b", "category": "环境保护"}\n\n'
        '{"subject": "a", "text": "b", "matter": "000117001000"}\n{"subject": "a", "text": "b"}\n'
    )
    assert [row.label for row in ranking.rows(body.encode())] == ["环境保护", WATER, None]
    with pytest.raises(ValueError, match="line 2"):
        ranking.rows(b'{"subject": "a", "text": "b"}\n[]\n')


def test_names_come_as_a_table() -> None:
    found = ranking.names("label,a,b\n交通,公交,线路\n交通,公交,\n".encode())
    assert found == {"交通": ["公交", "线路", "公交线路"]}
