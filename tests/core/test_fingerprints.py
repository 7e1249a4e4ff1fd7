"""Marks of secrets: bound to their place and their key, silent about any other."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.fingerprints import Fingerprinter, read_key
from reconciler.errors import SecretError
from reconciler.model.addresses import Address
from reconciler.model.secrets import Secret

KEY, NEXT, STRANGE = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
AT = Address("ZohoCrmConnection", "crm")
FIELD = ("auth", "params", "clientSecret")
SECRET, OTHER = Secret("canary9b1f-one"), Secret("canary9b1f-two")


def maker(key: bytes = KEY, *older: bytes, sandbox: str = "dev") -> Fingerprinter:
    return Fingerprinter(key, organization="o", sandbox=sandbox, older=older)


@pytest.mark.parametrize(
    "text", [KEY.hex(), KEY.hex().upper(), base64.b64encode(KEY).decode(), f" {KEY.hex()}\n"]
)
def test_a_key_is_written_in_hex_or_base64(text: str) -> None:
    assert read_key(text) == KEY


def test_base64_for_urls_is_a_key_as_well() -> None:
    assert read_key(base64.urlsafe_b64encode(b"\xff" * 33).decode()) == b"\xff" * 33


@pytest.mark.parametrize("text", ["", " ", "canary9b1f", KEY[:31].hex(), "canary9b1f" * 4 + "!"])
def test_what_is_no_key_is_refused_by_the_name_of_its_variable_alone(text: str) -> None:
    with pytest.raises(SecretError, match=r"^RECONCILER_OLD_KEY must be at least 32 ") as caught:
        read_key(text, variable="RECONCILER_OLD_KEY")
    assert "canary" not in caught.value.detail


def test_a_mark_is_bound_to_organisation_sandbox_address_field_and_secret() -> None:
    marks = {
        maker().mark(AT, FIELD, SECRET),
        maker(NEXT).mark(AT, FIELD, SECRET),
        maker(sandbox="prod").mark(AT, FIELD, SECRET),
        Fingerprinter(KEY, organization="p", sandbox="dev").mark(AT, FIELD, SECRET),
        maker().mark(Address("ZohoCrmConnection", "other"), FIELD, SECRET),
        maker().mark(AT, ("auth", "params", "refreshToken"), SECRET),
        maker().mark(AT, FIELD, OTHER),
    }
    assert len(marks) == 7


def test_the_parts_of_a_mark_cannot_run_into_each_other() -> None:
    one = Fingerprinter(KEY, organization="ab", sandbox="c").mark(AT, FIELD, SECRET)
    assert one != Fingerprinter(KEY, organization="a", sandbox="bc").mark(AT, FIELD, SECRET)


@pytest.mark.parametrize("now", [maker(), maker(NEXT, KEY), maker(NEXT, STRANGE, KEY)])
def test_a_key_at_hand_tells_whether_a_secret_is_another(now: Fingerprinter) -> None:
    mark = maker().mark(AT, FIELD, SECRET)
    assert not now.differs(mark, AT, FIELD, SECRET)
    assert now.differs(mark, AT, FIELD, OTHER)


@pytest.mark.parametrize("mark", ["", "none", "ä:1", maker(STRANGE).mark(AT, FIELD, SECRET)])
def test_a_mark_of_no_key_at_hand_tells_nothing_and_stays(mark: str) -> None:
    now = maker(NEXT, KEY)
    assert not now.is_known(mark)
    assert not now.differs(mark, AT, FIELD, OTHER)
    assert now.renewed(mark, AT, FIELD, OTHER) == mark


def test_a_mark_moves_to_the_new_key_with_the_secret_that_it_marks_and_with_no_other() -> None:
    old, now = maker().mark(AT, FIELD, SECRET), maker(NEXT, KEY)
    assert now.is_known(old)
    assert not now.is_current(old)
    assert now.renewed(old, AT, FIELD, SECRET) == maker(NEXT).mark(AT, FIELD, SECRET)
    assert now.is_current(now.renewed(old, AT, FIELD, SECRET))
    assert now.renewed(old, AT, FIELD, OTHER) == old


@given(recorded=st.text(), tail=st.text())
def test_whatever_a_state_holds_for_a_mark_is_compared_without_an_error(
    recorded: str, tail: str
) -> None:
    now, known = maker(NEXT, KEY), maker().mark(AT, FIELD, SECRET).partition(":")[0]
    assert not now.differs(recorded, AT, FIELD, SECRET)
    assert now.differs(f"{known}:ä{tail}", AT, FIELD, SECRET)
