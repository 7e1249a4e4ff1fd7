"""Secrets that commands print: run once, told nothing but what they need, and never shown."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import pointers, references
from reconciler.core.references import Bounds
from reconciler.errors import SecretError
from reconciler.model.secrets import Secret
from reconciler.model.values import SecretRef
from reconciler.secrets.commands import Commands, _Printed
from reconciler.secrets.processes import UnusableError
from reconciler.secrets.sources import LocalSecrets
from reconciler.secrets.texts import LARGEST
from tests.drafts import CANARY
from tests.secrets.commands import printing, program, source

WHOLE = SecretRef("exec", "one")


def at(pointer: str) -> SecretRef:
    return SecretRef("exec", f"one#{pointer}")


def refusal(secrets: LocalSecrets, reference: SecretRef = WHOLE) -> str:
    with pytest.raises(SecretError) as caught:
        secrets.reveal(reference)
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in repr(error)
        error = error.__cause__ or error.__context__
    return caught.value.detail


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_without_a_pointer_all_that_is_printed_is_the_secret(tmp_path: Path, ending: str) -> None:
    secrets = source(tmp_path, *printing(f"{CANARY}{ending}"))
    assert secrets.reveal(WHOLE).reveal() == CANARY


@pytest.mark.parametrize(
    ("pointer", "document"),
    [
        ("/token", {"token": CANARY}),
        ("/data/data/0", {"data": {"data": [CANARY]}}),
        ("/a~1b/~01", {"a/b": {"~1": CANARY}}),
        ("/", {"": CANARY}),
        ("/0", {"0": CANARY}),
        ("/ä b#c", {"ä b#c": CANARY}),
    ],
)
def test_a_pointer_leads_to_a_member_of_what_is_printed(
    tmp_path: Path, pointer: str, document: object
) -> None:
    secrets = source(tmp_path, *printing(json.dumps(document)))
    assert secrets.reveal(at(pointer)).reveal() == CANARY


@pytest.mark.parametrize(
    ("pointer", "printed", "words"),
    [
        ("/other", {"token": CANARY}, "leads to nothing in what its command printed"),
        ("/token/0", {"token": CANARY}, "leads to nothing"),
        ("/01", [CANARY, CANARY], "leads to nothing"),
        ("/-", [CANARY], "leads to nothing"),
        ("/9", [CANARY], "leads to nothing"),
        ("/99999999999999999999", [CANARY], "leads to nothing"),
        ("/token", {"token": 12345678}, "leads to a number, and a secret is text"),
        ("/token", {"token": True}, "leads to true or false"),
        ("/token", {"token": None}, "leads to null"),
        ("/token", {"token": [CANARY]}, "leads to an array"),
        ("/token", {"token": {"a": CANARY}}, "leads to an object"),
        ("/token", {"token": f"{CANARY}\n"}, "begins or ends with white space"),
        ("/token", {"token": ""}, "is empty"),
        ("/token", {"token": f"{CANARY}\0"}, "NUL"),
    ],
)
def test_where_no_text_is_nothing_is_taken_for_it(
    tmp_path: Path, pointer: str, printed: object, words: str
) -> None:
    said = refusal(source(tmp_path, *printing(json.dumps(printed))), at(pointer))
    assert said.startswith(f"exec:one#{pointer} ")
    assert words in said


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (CANARY, "it is no JSON"),
        (f'{{"a": "{CANARY}", "a": "{CANARY}"}}', "a name stands twice"),
        ("[" * 100 + "]" * 100, "levels deep"),
        (f'["{CANARY}\\ud800"]', "surrogate"),
        (f'{{"{CANARY}": NaN}}', "a number is none that JSON can carry"),
    ],
)
def test_what_two_readers_could_take_for_two_things_is_not_read(
    tmp_path: Path, printed: str, words: str
) -> None:
    assert words in refusal(source(tmp_path, *printing(printed)), at("/a"))


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("", "exec:one is empty"),
        ("\n", "exec:one is empty"),
        (f"{CANARY}\n\n", "exec:one begins or ends with white space"),
        ("short", "exec:one has fewer than 6 characters"),
        ("x" * (LARGEST + 1), "exec:one has more than 65536 bytes"),
        (f"{CANARY}\ud800", "what its command printed is not UTF-8"),
    ],
)
def test_what_cannot_be_meant_is_not_sent(tmp_path: Path, printed: str, words: str) -> None:
    assert words in refusal(source(tmp_path, *printing(printed)))


def test_one_call_serves_every_reference_and_every_thread(tmp_path: Path) -> None:
    document = {"a": f"{CANARY}-a", "b": f"{CANARY}-b"}
    counted = f"open('count', 'a').write('x'); print({json.dumps(document)!r})"
    secrets = source(tmp_path, *program(counted))
    found: list[str] = []

    def work(name: str) -> None:
        found.append(secrets.reveal(at(f"/{name}")).reveal())

    threads = [threading.Thread(target=work, args=(name,)) for name in "abab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [document[name] for name in "aabb"]
    assert (tmp_path / "count").read_text() == "x"


def test_a_command_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    secrets = source(tmp_path, *program("open('count', 'a').write('x'); raise SystemExit(3)"))
    assert refusal(secrets) == refusal(secrets)
    assert (tmp_path / "count").read_text() == "x"


def test_a_failure_tells_the_status_and_nothing_that_was_written(tmp_path: Path) -> None:
    code = f"import sys; print('{CANARY}'); sys.exit('{CANARY}')"
    said = refusal(source(tmp_path, *program(code)), at("/token"))
    assert said.startswith("exec:one: its command ended with exit status 1. ")
    assert "Run it yourself in the project's folder" in said


def test_a_secret_is_remembered_before_anybody_has_it(tmp_path: Path) -> None:
    remembered: list[Secret] = []
    document = json.dumps({"token": CANARY, "mount": "production"})
    secrets = source(tmp_path, *printing(document), remembered=remembered)
    assert remembered == [secrets.reveal(at("/token"))]


def test_what_a_command_printed_is_in_nothing_that_can_be_shown(tmp_path: Path) -> None:
    backwards = json.dumps({"token": CANARY})[::-1]  # for the words of a command can be shown
    secrets = source(tmp_path, *program(f"print({backwards!r}[::-1])"))
    assert secrets.reveal(at("/token")).reveal() == CANARY
    (commands,) = (one for one in vars(secrets).values() if isinstance(one, Commands))
    assert CANARY not in repr((vars(secrets), vars(commands)))


def test_a_command_sees_path_and_home_and_what_its_entry_names(tmp_path: Path) -> None:
    environ = {
        "PATH": "/usr/bin:/bin", "HOME": "/nowhere", "VAULT_ADDR": "https://vault.example",
        "AEP_CLIENT_SECRET": CANARY, "RECONCILER_KEY": CANARY, "IMS_TOKEN": CANARY,
        "ZOHO_CLIENT_SECRET": CANARY, "LD_PRELOAD": CANARY,
    }  # fmt: skip
    named = ("VAULT_ADDR", "VAULT_TOKEN", "AEP_CLIENT_SECRET", "IMS_TOKEN", "RECONCILER_KEY")
    code = "import os, json; print(json.dumps(dict(seen=' '.join(sorted(os.environ)))))"
    secrets = source(tmp_path, *program(code), environ=environ, environment=named)
    seen = set(secrets.reveal(at("/seen")).reveal().split())
    assert seen - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {"HOME", "PATH", "VAULT_ADDR"}


@pytest.mark.parametrize("key", ["", " ", "a b", "one/x", f"{CANARY}!", "#/a", "1one", "o" * 64])
def test_what_is_no_name_of_a_command_is_not_repeated(tmp_path: Path, key: str) -> None:
    said = refusal(source(tmp_path, *printing(CANARY)), SecretRef("exec", key))
    assert said == "What follows exec: is not the name of a command, or has more than # behind it."


def test_a_command_that_is_not_declared_is_not_run(tmp_path: Path) -> None:
    said = refusal(source(tmp_path, *printing(CANARY)), SecretRef("exec", "On3#/token"))
    assert 'declares no command "On3". Did you mean "one"?' in said


@pytest.mark.parametrize("pointer", ["", "token", "#/token", "/~", "/a~2", " /a"])
def test_a_pointer_that_is_none_is_refused_before_anything_runs(
    tmp_path: Path, pointer: str
) -> None:
    secrets = source(tmp_path, *program("open('count', 'a')"))
    assert "is no JSON Pointer" in refusal(secrets, at(pointer))
    assert not (tmp_path / "count").exists()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def _leaves(value: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    pairs: list[tuple[str, object]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(str(index), one) for index, one in enumerate(value)]
    return [(path, value)] + [each for name, one in pairs for each in _leaves(one, (*path, name))]


@given(text=st.text() | _json.map(json.dumps), path=st.lists(st.text(), min_size=1).map(tuple))
def test_whatever_is_printed_has_a_text_there_or_a_problem_that_drags_none_of_it_along(
    text: str, path: tuple[str, ...]
) -> None:
    printed = _Printed(text)
    for _ in range(2):  # the second look is at what the first has parsed
        problem: UnusableError | None = None
        try:
            found = printed.member(path)
        except UnusableError as error:
            problem = error
        if problem is None:
            assert isinstance(found, str)
        else:
            assert problem.problem.startswith(("leads to ", "leads into "))
            assert problem.__context__ is None


@given(key=st.text(min_size=1))
def test_any_text_behind_exec_is_a_reference_or_refused_in_words(key: str) -> None:
    reference = SecretRef("exec", key)
    said = references.refusal(reference, Bounds(commands=None))
    if said is None:
        name, path = references.target(reference)
        assert references.refusal(reference, Bounds(commands={name})) is None
        spelled = "" if path is None else f"#{pointers.spell(path)}"
        assert str(reference) == f"exec:{name}{spelled}"
    else:
        assert said.startswith("What follows ")


@given(document=_json)
def test_every_value_has_a_pointer_that_leads_to_it(document: object) -> None:
    for path, value in _leaves(document):
        assert pointers.follow(document, path) is value
        if path:
            assert pointers.read(pointers.spell(path)) == path


@given(document=_json, text=st.text())
def test_any_text_either_is_no_pointer_or_leads_somewhere_or_nowhere(
    document: object, text: str
) -> None:
    for pointer in (text, f"/{text}"):
        try:
            path = pointers.read(pointer)
        except ValueError:
            continue
        pointers.follow(document, path)
