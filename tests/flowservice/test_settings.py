"""Settings come from the environment whole or not at all, and no problem shows a value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import RejectedError
from reconciler.flowservice.settings import BASE_URL, IMS_URL, SCOPES, Network, Settings
from reconciler.http.sockets import Trust
from reconciler.http.wire import Wire
from tests.builders import CLIENT, ORGANIZATION
from tests.flowservice.clients import Clock
from tests.hostile import harmless
from tests.lookalikes import lookalikes, nobody_asked

SOUND = {
    "AEP_CLIENT_ID": CLIENT,
    "AEP_CLIENT_SECRET": "p8e-canary9b1f secret",
    "AEP_ORG_ID": ORGANIZATION,
}


def problems(environ: dict[str, str], *, sandbox: str = "dev") -> list[str]:
    """Return what is said against the settings, nothing if they are accepted."""
    try:
        Settings.read(environ, sandbox=sandbox)
    except RejectedError as error:
        return [f"{finding.summary}: {finding.detail}" for finding in error.findings]
    return []


def test_what_is_not_set_is_adobes_own_default() -> None:
    read = Settings.read(SOUND, sandbox="dev")
    assert (read.base_url, read.ims_url, read.scopes) == (BASE_URL, IMS_URL, SCOPES)
    assert (read.access_token, read.proxy, read.ca_bundle) == (None, None, None)


def test_an_empty_variable_counts_as_unset() -> None:
    empty = dict.fromkeys(("AEP_BASE_URL", "AEP_SCOPES", "AEP_CA_BUNDLE", "AEP_HTTPS_PROXY"), "")
    assert Settings.read({**SOUND, **empty}, sandbox="dev").base_url == BASE_URL
    assert problems({**SOUND, "AEP_ORG_ID": ""})


BAD = [
    pytest.param("AEP_ORG_ID", "canary9b1f@AdobeOrg", id="organisation"),
    pytest.param("AEP_ORG_ID", ORGANIZATION + "\ncanary9b1f", id="organisation-and-a-line"),
    pytest.param("AEP_ORG_ID", ORGANIZATION + "\n", id="organisation-and-a-line-break"),
    pytest.param("AEP_CLIENT_ID", "canary9b1f id", id="client-with-a-space"),
    pytest.param("AEP_CLIENT_ID", "canary9b1f\r\nX-Evil: 1", id="client-with-a-header"),
    pytest.param("AEP_CLIENT_SECRET", "canary9b1f\n", id="secret-with-a-line-break"),
    pytest.param("AEP_CLIENT_SECRET", "canary9b1f\x00", id="secret-with-a-nul"),
    pytest.param("AEP_CLIENT_SECRET", "canary9b1f-ü", id="secret-beyond-ascii"),
    pytest.param("AEP_CLIENT_SECRET", "canary9b1f" * 2000, id="secret-too-long"),
    pytest.param("AEP_ACCESS_TOKEN", "Bearer canary9b1f", id="token-with-its-scheme"),
    pytest.param("AEP_ACCESS_TOKEN", "canary9b1f\nX-Evil: 1", id="token-with-a-header"),
    pytest.param("AEP_SCOPES", ", ,", id="scopes-of-nothing"),
    pytest.param("AEP_SCOPES", '["canary9b1f"', id="scopes-cut-off"),
    pytest.param("AEP_SCOPES", '["canary9b1f", 7]', id="scopes-of-numbers"),
    pytest.param("AEP_SCOPES", '["can ary"]', id="scopes-with-a-space"),
    pytest.param("AEP_SCOPES", "[" * 100_000, id="scopes-without-end"),
    pytest.param("AEP_SCOPES", "canary9b1f-ü", id="scopes-beyond-ascii"),
    pytest.param("AEP_BASE_URL", "canary9b1f.adobe.io", id="url-without-a-scheme"),
    pytest.param("AEP_BASE_URL", "ftp://canary9b1f.adobe.io", id="url-of-another-scheme"),
    pytest.param("AEP_BASE_URL", "http://canary9b1f.adobe.io", id="plain-http"),
    pytest.param("AEP_BASE_URL", "http://127.0.0.1.canary9b1f.io", id="plain-http-like-loopback"),
    pytest.param(
        "AEP_BASE_URL", "http://127.1@canary9b1f.io", id="plain-http-with-loopback-as-user"
    ),
    pytest.param("AEP_BASE_URL", "https://canary9b1f@adobe.io", id="url-with-a-user"),
    pytest.param("AEP_BASE_URL", "https://:canary9b1f@adobe.io", id="url-with-a-password"),
    pytest.param("AEP_BASE_URL", "https://adobe.io/?canary9b1f=1", id="url-with-a-query"),
    pytest.param("AEP_BASE_URL", "https://adobe.io/?", id="url-with-an-empty-query"),
    pytest.param("AEP_BASE_URL", "https://adobe.io#canary9b1f", id="url-with-a-fragment"),
    pytest.param("AEP_BASE_URL", "https://adobe.io#", id="url-with-an-empty-fragment"),
    pytest.param("AEP_BASE_URL", "https://", id="url-without-a-host"),
    pytest.param("AEP_BASE_URL", "https://canary9b1f:port", id="url-with-a-port-in-words"),
    pytest.param("AEP_BASE_URL", "https://canary9b1f:65536", id="url-with-a-port-too-high"),
    pytest.param("AEP_BASE_URL", "https://[canary9b1f", id="url-with-half-a-bracket"),
    pytest.param("AEP_BASE_URL", "https://can ary.io", id="url-with-a-space"),
    pytest.param("AEP_BASE_URL", "https://canary9b1f.io\n", id="url-with-a-line-break"),
    pytest.param("AEP_BASE_URL", "https://canáry.io", id="url-beyond-ascii"),
    pytest.param("AEP_BASE_URL", "https://evil.io\\.adobe.io", id="url-with-a-backslash"),
    pytest.param("AEP_BASE_URL", "https://canary9b1f..adobe.io", id="url-with-an-empty-label"),
    pytest.param("AEP_IMS_URL", "http://ims.canary9b1f.io", id="ims-plain-http"),
    pytest.param("AEP_HTTPS_PROXY", "proxy.canary9b1f:8080", id="proxy-without-a-scheme"),
    pytest.param("AEP_HTTPS_PROXY", "socks5://canary9b1f:pw@proxy", id="proxy-of-another-scheme"),
    pytest.param("AEP_HTTPS_PROXY", "http://canary9b1f:pw@", id="proxy-without-a-host"),
    pytest.param(
        "AEP_HTTPS_PROXY", "http://canary9b1f\\@proxy..io", id="proxy-with-an-empty-label"
    ),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_variable_is_refused_by_name_and_its_value_is_not_shown(
    name: str, value: str
) -> None:
    (problem,) = problems({**SOUND, name: value})
    assert problem.startswith(f"Malformed setting: The value of {name} is malformed. ")
    assert "canary9b1f" not in problem
    assert value.strip() not in problem


def test_a_proxy_that_is_none_is_refused_whoever_is_to_be_reached() -> None:
    with pytest.raises(RejectedError) as caught:
        Network.read({"AEP_HTTPS_PROXY": "socks5://canary9b1f:pw@proxy"})
    (finding,) = caught.value.findings
    assert "AEP_HTTPS_PROXY" in finding.detail
    assert "canary9b1f" not in repr(finding)


GOOD = [
    pytest.param("AEP_BASE_URL", "http://127.0.0.1:8080", id="loopback"),
    pytest.param("AEP_BASE_URL", "http://127.9.9.9", id="loopback-too"),
    pytest.param("AEP_BASE_URL", "http://[::1]:8080", id="loopback-of-ipv6"),
    pytest.param("AEP_BASE_URL", "http://localhost:8080", id="localhost"),
    pytest.param("AEP_BASE_URL", "https://localhost:8443", id="localhost-with-tls"),
    pytest.param("AEP_BASE_URL", "https://platform-stage.adobe.io", id="stage"),
    pytest.param("AEP_BASE_URL", "https://platform.adobe.io:443", id="usual-port"),
    pytest.param("AEP_BASE_URL", "HTTPS://Platform.Adobe.IO", id="capitals"),
    pytest.param("AEP_BASE_URL", "https://gateway.example:8443/adobe", id="port-and-path"),
    pytest.param("AEP_BASE_URL", "https://[2001:db8::1]", id="an-address"),
]
ALLOWED = ("gateway.example:8443", "[2001:db8::1]")


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_url_is_used_without_the_slashes_at_its_end(name: str, value: str) -> None:
    read = Settings.read({**SOUND, name: f"{value}//"}, sandbox="dev", allowed_hosts=ALLOWED)
    assert read.base_url == value


@pytest.mark.parametrize(
    ("name", "host"),
    [("AEP_BASE_URL", "platform.adobe.io"), ("AEP_IMS_URL", "ims-na1.adobelogin.com")],
)
def test_our_credentials_go_to_no_look_alike_and_none_is_looked_up(name: str, host: str) -> None:
    with nobody_asked():
        for url in lookalikes(host):
            with pytest.raises(RejectedError) as caught:
                Settings.read({**SOUND, name: url}, sandbox="dev")
            (finding,) = caught.value.findings
            assert harmless("\n".join([finding.detail, *finding.lines])), url
            assert finding.summary in {"Malformed setting", "Host not allowed"}


@pytest.mark.parametrize(
    ("name", "url", "host"),
    [
        ("AEP_BASE_URL", "https://adobe.io", "adobe.io"),
        ("AEP_BASE_URL", "https://evil-adobe.io", "evil-adobe.io"),
        ("AEP_BASE_URL", "https://platform.adobe.io:8443/x", "platform.adobe.io:8443"),
        ("AEP_BASE_URL", "https://ims-na1.adobelogin.com", "ims-na1.adobelogin.com"),
        ("AEP_BASE_URL", "https://Gateway.Example", "gateway.example"),
        ("AEP_BASE_URL", "https://[2001:DB8::1]:443", "[2001:db8::1]:443"),
        ("AEP_IMS_URL", "https://platform.adobe.io", "platform.adobe.io"),
        ("AEP_IMS_URL", "https://10.0.0.1", "10.0.0.1"),
    ],
)
def test_another_host_is_refused_with_the_line_that_would_allow_it(
    name: str, url: str, host: str
) -> None:
    environ = {**SOUND, name: url}
    with pytest.raises(RejectedError) as caught:
        Settings.read(environ, sandbox="dev", allowed_hosts=("kept.example",))
    (finding,) = caught.value.findings
    assert finding.detail.startswith(f'{name} names "{host}", which is no host below adobe')
    shown = f'"{host}"' if host.startswith("[") else host
    assert finding.lines == ("policy:", f"  allowed_hosts: [kept.example, {shown}]")
    Settings.read(environ, sandbox="dev", allowed_hosts=(host,))


@pytest.mark.parametrize("name", ["AEP_BASE_URL", "AEP_IMS_URL"])
def test_plain_http_is_for_loopback_even_where_policy_lists_a_host(name: str) -> None:
    environ = {**SOUND, name: "http://gateway.example"}
    with pytest.raises(RejectedError, match="1 problems"):
        Settings.read(environ, sandbox="dev", allowed_hosts=("gateway.example",))


@pytest.mark.parametrize(
    "value", ["openid,AdobeID", "openid AdobeID", " openid ,\tAdobeID ", '["openid", "AdobeID"]']
)
def test_scopes_are_read_in_each_of_their_spellings(value: str) -> None:
    assert Settings.read({**SOUND, "AEP_SCOPES": value}, sandbox="dev").scopes == (
        "openid",
        "AdobeID",
    )


@pytest.mark.parametrize(
    "sandbox",
    ["", "*", "Prod", "dev stage", "dev\r\nX-Evil: 1", "dev\n", "-dev", "dév", "d" * 256],
)
def test_a_sandbox_that_could_not_be_one_is_refused(sandbox: str) -> None:
    (problem,) = problems(SOUND, sandbox=sandbox)
    assert "The value of sandbox is malformed." in problem


def test_every_problem_is_told_at_once() -> None:
    environ = {
        "AEP_CLIENT_SECRET": "canary9b1f\n",
        "AEP_ORG_ID": "canary9b1f",
        "AEP_SCOPES": "[",
        "AEP_BASE_URL": "http://canary9b1f.io",
        "AEP_IMS_URL": "canary9b1f",
        "AEP_HTTPS_PROXY": "canary9b1f",
    }
    told = problems(environ, sandbox="*")
    assert len(told) == 8
    for name in ("AEP_CLIENT_ID (or IMS_OAUTH_S2S_CLIENT_ID) is not set", "sandbox", *environ):
        assert any(name in problem for problem in told), name
    assert "canary9b1f" not in "".join(told)


def test_the_names_that_an_action_exports_stand_in_for_ours_and_ours_win() -> None:
    exported = {
        "IMS_OAUTH_S2S_CLIENT_ID": "exported",
        "IMS_OAUTH_S2S_CLIENT_SECRET": "exported-secret",
        "IMS_OAUTH_S2S_ORG_ID": "F" * 24 + "@AdobeOrg",
        "IMS_OAUTH_S2S_SCOPES": '["openid"]',
    }
    alone = Settings.read(exported, sandbox="dev")
    assert (alone.client_id, alone.scopes) == ("exported", ("openid",))
    assert Settings.read({**exported, **SOUND}, sandbox="dev").client_id == CLIENT
    (problem,) = problems({**exported, "IMS_OAUTH_S2S_ORG_ID": "canary9b1f"})
    assert "The value of IMS_OAUTH_S2S_ORG_ID is malformed." in problem


def test_a_token_of_ones_own_needs_no_secret_but_still_a_client() -> None:
    given = {"AEP_ACCESS_TOKEN": "a.b.c", "AEP_ORG_ID": ORGANIZATION}
    assert problems({**given, "AEP_CLIENT_ID": CLIENT}) == []
    (problem,) = problems(given)
    assert "AEP_CLIENT_ID" in problem


def test_settings_show_no_secret_of_theirs() -> None:
    environ = {
        **SOUND,
        "AEP_ACCESS_TOKEN": "canary9b1f",
        "AEP_HTTPS_PROXY": "http://u:canary9b1f@proxy",
    }
    assert "canary9b1f" not in repr(Settings.read(environ, sandbox="dev"))


def no_such_file(_: Path) -> None:
    """Write nothing."""


def a_folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def no_certificate(path: Path) -> None:
    path.write_text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")


@pytest.mark.parametrize("write", [no_such_file, a_folder, empty, no_certificate])
def test_a_bundle_that_holds_no_certificates_is_refused(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "bundle.pem"
    write(path)
    with pytest.raises(RejectedError) as caught:
        Wire(clock=Clock(), trust=Trust(str(path)))
    (finding,) = caught.value.findings
    assert "AEP_CA_BUNDLE names" in finding.detail
    assert str(path) in finding.detail
