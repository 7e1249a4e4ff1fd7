"""What the service says of a connection's health and of its tables, and what is no such answer."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import NotFoundError, ProtocolError, RefusedError
from reconciler.model.explorations import Column, Table
from reconciler.simulator.effects import Reply
from tests.builders import KIND, remote_id
from tests.flowservice.clients import Desk, plant, raised

ID = remote_id(9)


def test_a_connection_works_or_does_not(desk: Desk) -> None:
    known = plant(desk)
    desk.service.fault(Reply(json={"result": False}), kind="test")
    assert desk.remote.test(KIND, known) is False
    assert desk.remote.test(KIND, known) is True


@pytest.mark.parametrize("answer", [{}, [], {"result": "true"}, {"result": 1}, {"result": None}])
def test_an_answer_without_a_result_is_none(desk: Desk, answer: Any) -> None:
    known = plant(desk)
    desk.service.fault(Reply(json=answer), kind="test", times=None)
    assert isinstance(raised(lambda: desk.remote.test(KIND, known)), ProtocolError)


def test_what_is_gone_is_neither_tried_nor_explored(desk: Desk) -> None:
    for ask in (
        lambda: desk.remote.test(KIND, ID),
        lambda: desk.remote.tables(KIND, ID),
        lambda: desk.remote.columns(KIND, ID, "Leads"),
    ):
        assert isinstance(raised(ask), NotFoundError)


def test_tables_and_columns_are_told_in_the_order_of_the_service(desk: Desk) -> None:
    known = plant(desk)
    tables = desk.remote.tables(KIND, known)
    assert tables[0] == Table(name="Accounts", path="Accounts", type="table")
    columns = desk.remote.columns(KIND, known, "Leads")
    assert columns[0] == Column(name="id", type="string")
    assert columns[-1] == Column(name="Created_Time", type="string", format="date-time")


def test_a_table_that_there_is_not_is_refused_in_words_of_the_service(desk: Desk) -> None:
    known = plant(desk)
    error = raised(lambda: desk.remote.columns(KIND, known, "No/such & table?"))
    assert isinstance(error, RefusedError)
    assert (error.code, "No/such & table?" in error.detail) == ("FLOW-1330-400", True)


def test_an_entry_that_says_little_is_told_as_far_as_it_goes(desk: Desk) -> None:
    known = plant(desk)
    desk.service.fault(Reply(json=[{"name": "a"}, {"path": "b", "type": 7}]), kind="explore")
    assert desk.remote.tables(KIND, known) == (
        Table(name="a", path="a", type=""),
        Table(name="b", path="b", type=""),
    )


@pytest.mark.parametrize("answer", [{}, "x", [7], [{}], [{"name": 7}], {"items": []}])
def test_what_lists_no_tables_is_no_answer(desk: Desk, answer: Any) -> None:
    known = plant(desk)
    desk.service.fault(Reply(json=answer), kind="explore", times=None)
    assert isinstance(raised(lambda: desk.remote.tables(KIND, known)), ProtocolError)


@pytest.mark.parametrize(
    "answer", [[], {}, {"schema": []}, {"schema": {"columns": {}}}, {"schema": {"columns": [{}]}}]
)
def test_what_lists_no_columns_is_no_answer(desk: Desk, answer: Any) -> None:
    known = plant(desk)
    desk.service.fault(Reply(json=answer), kind="explore", times=None)
    assert isinstance(raised(lambda: desk.remote.columns(KIND, known, "a")), ProtocolError)
