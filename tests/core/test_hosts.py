"""Hosts that may get credentials: the vendor's exactly, in one data centre, and policy's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.catalog import schemas
from reconciler.core import hosts
from reconciler.core.hosts import HostProblem
from reconciler.model.values import freeze
from tests.hostile import harmless
from tests.lookalikes import lookalikes, nobody_asked

KIND = schemas.built_in()["ZohoCrmConnection"]


def problems(
    *,
    endpoint: str = "https://www.zohoapis.eu",
    accounts: str = "https://accounts.zoho.eu",
    allowed: tuple[str, ...] = (),
) -> tuple[HostProblem, ...]:
    spec = freeze({"auth": {"params": {"endpoint": endpoint, "accountsUrl": accounts}}})
    return hosts.problems(spec, KIND, allowed)


@pytest.mark.parametrize(
    ("endpoint", "accounts"),
    [
        ("https://www.zohoapis.eu", "https://accounts.zoho.eu"),
        ("https://zohoapis.eu/", "https://accounts.zoho.eu"),
        ("www.zohoapis.com.au", "https://accounts.zoho.com.au"),
        ("crm.zoho.com/crm/private", "https://accounts.zoho.com"),
        ("https://crm.zoho.com/crm/private", "https://accounts.zoho.com"),
        ("sandbox.zohoapis.com.cn/crm/v8", "https://accounts.zoho.com.cn"),
        ("developer.zohoapis.in", "https://accounts.zoho.in"),
        ("https://www.zohoapis.ca", "https://accounts.zohocloud.ca"),
        ("https://www.zohoapis.jp", "https://accounts.zoho.jp"),
        ("https://www.zohoapis.sa", "https://accounts.zoho.sa"),
        ("https://www.zohoapis.uk", "https://accounts.zoho.uk"),
        ("https://www.zohoapis.ae", "https://accounts.zoho.ae"),
        ("https://www.zohoapis.sg", "https://accounts.zoho.sg"),
    ],
)
def test_the_vendors_own_hosts_pass(endpoint: str, accounts: str) -> None:
    assert problems(endpoint=endpoint, accounts=accounts) == ()


@pytest.mark.parametrize(
    "accounts",
    [
        "https://accounts.zoho.com.evil.io",
        "https://evil.io",
        "https://zoho.eu",
        "https://accounts.zoho.ca",
        "https://accounts.zoho.au",
        "https://accounts.zoho.eu.",
        "https://accounts-zoho.eu",
        "https://xn--accounts-zoho.eu",
        "https://www.zohoapis.eu",
        "https://intranet.example:8443",
        "https://127.0.0.1",
        "https://[::1]",
        "https://2130706433",
        "https://0x7f.1",
        "https://localhost",
    ],
)
def test_any_other_host_is_refused_with_the_line_that_would_allow_it(accounts: str) -> None:
    (problem,) = problems(accounts=accounts, allowed=("kept.example",))
    assert problem.summary == "Host not allowed"
    host = accounts.removeprefix("https://")
    shown = f'"{host}"' if host.startswith("[") else host
    assert problem.lines == ("policy:", f"  allowed_hosts: [kept.example, {shown}]")
    assert problems(accounts=accounts, allowed=(host,)) == ()


@pytest.mark.parametrize(
    "accounts",
    [
        "https://accounts.zoho.eu@evil.io",
        "https://user:pass@accounts.zoho.eu",
        "https://Accounts.zoho.eu",
        "HTTPS://accounts.zoho.eu",
        "https://accounts.zoho。eu",
        "https://accounts．zoho.eu",  # noqa: RUF001 -- the wide dot is the point
        "https://аccounts.zoho.eu",  # noqa: RUF001 -- the Cyrillic letter is the point
        "https://accounts.zoho.eu\t",
        "https://accounts.zo\tho.eu",
        "https://accounts.zoho.eu\n",
        "https://accounts.zoho.eu ",
        "https://evil.io\\@accounts.zoho.eu",
        "https:\\\\accounts.zoho.eu",
        "https:/accounts.zoho.eu",
        "https:accounts.zoho.eu",
        "//accounts.zoho.eu",
        "ftp://accounts.zoho.eu",
        "accounts.zoho.eu",
        "https://accounts.zoho.eu/",
        "https://accounts.zoho.eu/oauth/v2/token",
        "https://accounts.zoho.eu?x",
        "https://accounts.zoho.eu#x",
        "https://accounts.zoho.eu:",
        "https://accounts.zoho.eu:99999999",
        "https://accounts.zoho.eu:65536",
        "https://accounts.zoho.eu:0",
        "https://accounts.zoho.eu:0443",
        "https://accounts.zoho.eu%2eevil.io",
        "https://",
        "",
    ],
)
def test_what_only_looks_like_an_accounts_url_is_refused_even_if_policy_lists_it(
    accounts: str,
) -> None:
    allowed = (accounts.removeprefix("https://"), "accounts.zoho.eu")
    (problem,) = problems(accounts=accounts, allowed=allowed)
    assert problem.summary == "Malformed host"
    assert problem.detail.isprintable()


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("https://accounts.zoho.eu:443", "names a port."),
        ("https://www.zohoapis.eu:8443", "names a port."),
        ("https://accounts.zoho.eu:65536", "names a port beyond 65535."),
        ("https://accounts.zoho.eu/oauth", "names a path."),
        ("https://accounts.zoho.eu/", "names a path."),
        ("accounts.zoho.eu", "does not start with https://."),
    ],
)
def test_an_accounts_url_with_more_or_less_than_a_host_is_told_so(accounts: str, said: str) -> None:
    (problem,) = problems(accounts=accounts)
    assert problem.detail.endswith(said)
    assert problem.lines == ()


@pytest.mark.parametrize(
    ("endpoint", "summary"),
    [
        ("www.zohoapis.eu:99999", "Malformed host"),
        ("https://127.0.0.1:99999", "Malformed host"),
        ("http://www.zohoapis.eu", "Insecure URL"),
        ("https://accounts.zoho.eu", "Host not allowed"),
        ("www.zohoapis.eu:8443", "Host not allowed"),
        ("https://www.zohoapis.eu/../x", "Malformed host"),
        ("https://www.zohoapis.eu/a?b", "Malformed host"),
        ("user@www.zohoapis.eu", "Malformed host"),
        ("https://www.zohoapis.eu\\.evil.io", "Malformed host"),
        ("www.zohoapis.cn", "Host not allowed"),
        ("https://www.zohoapis.com", "Data centres differ"),
    ],
)
def test_an_endpoint_must_be_a_service_of_the_same_data_centre(endpoint: str, summary: str) -> None:
    assert [problem.summary for problem in problems(endpoint=endpoint)] == [summary]


def test_plain_http_is_for_loopback_hosts_that_policy_lists() -> None:
    allowed = ("127.0.0.1:8080", "localhost", "[::1]:80", "intranet.example")
    for host in allowed[:3]:
        assert problems(accounts=f"http://{host}", allowed=allowed) == ()
    assert problems(accounts="http://127.0.0.1:8081", allowed=allowed)
    assert problems(accounts="http://127.0.0.1", allowed=allowed)
    assert problems(accounts="http://intranet.example", allowed=allowed)
    assert problems(accounts="https://intranet.example", allowed=allowed) == ()


def test_a_near_miss_is_asked_about() -> None:
    (problem,) = problems(accounts="https://acounts.zoho.eu")
    assert 'Did you mean "accounts.zoho.eu"?' in problem.detail
    for pretender in ("accounts.zoho.com.au.evil.io", "accounts.zoho.com.au.evil.com"):
        (problem,) = problems(accounts=f"https://{pretender}")
        assert 'Did you mean "accounts.zoho.com.au"?' in problem.detail
    (problem,) = problems(accounts="https://www.zohoapis.in")
    assert "India, where accounts.zoho.in fits" in problem.detail


def test_every_host_in_the_table_is_in_one_data_centre_and_role_only() -> None:
    named = [
        host for centre in KIND.data_centres for each in centre.hosts.values() for host in each
    ]
    assert len(named) == len(set(named))
    assert {centre.code for centre in KIND.data_centres} >= {"us", "eu", "in", "au", "cn"}


def test_python_names_no_vendor() -> None:
    package = Path(hosts.__file__).parent.parent
    rooms = [package / room for room in ("catalog", "core", "manifests", "model", "secrets")]
    naming = [
        file.name
        for room in rooms
        for file in room.rglob("*.py")
        if "zoho"
        in file.read_text(encoding="utf-8").replace("ZohoCrmConnection.crm-eu", "").lower()
    ]
    assert naming == []


@pytest.mark.parametrize("field", ["accounts", "endpoint"])
def test_no_look_alike_passes_and_none_is_looked_up(field: str) -> None:
    host = {"accounts": "accounts.zoho.eu", "endpoint": "www.zohoapis.eu"}[field]
    table = [*lookalikes(host), f"https://{host.upper()}", f"HTTPS://{host}", f"https://{host}:443"]
    assert len(table) > 100
    with nobody_asked():
        for url in table:
            (problem,) = problems(accounts=url) if field == "accounts" else problems(endpoint=url)
            assert harmless("\n".join([problem.detail, *problem.lines])), url
            assert len(problem.detail) < 1000, url
