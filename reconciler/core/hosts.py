"""To which hosts a manifest may have credentials sent: the vendor's own, and what policy adds.

Adobe hands the refresh token to whatever host a connection names. Hosts are therefore compared
whole and as they are written: nothing is decoded, lower-cased or looked up first.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core import hints
from reconciler.core.escaping import escape
from reconciler.core.wording import either, guess, quoted
from reconciler.model.kinds import DataCentre, HostForm, HostRule, Kind
from reconciler.model.values import Path, SecretRef, Spec, dotted, lookup

_ADDRESS = re.compile(
    r"(?:(?P<scheme>https?)://)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?P<port>:[1-9][0-9]{0,4})?"
    r"(?P<path>(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]*)*)",
    re.ASCII,
)

_LAST_PORT = 65535
_SHOWN = 20
"""More allowed hosts than these are not repeated."""

NOT_ALLOWED = "Host not allowed"

_FORMS = {
    HostForm.ORIGIN: "exactly https:// and a host, with no path, port or trailing slash",
    HostForm.ENDPOINT: "a host, host/path or an https URL",
}


@dataclass(frozen=True, slots=True)
class HostProblem:
    """Why a host may not be named where it is."""

    path: Path
    """Below ``spec``."""
    summary: str
    detail: str
    lines: tuple[str, ...] = ()


def problems(spec: Spec, kind: Kind, allowed: Sequence[str]) -> tuple[HostProblem, ...]:
    """Return what policy has against the hosts that a resolved spec names."""
    found: list[HostProblem] = []
    centres: dict[Path, DataCentre] = {}
    for rule in kind.hosts:
        for text in _texts(lookup(spec, rule.path)):
            verdict = _judge(text, rule, kind, allowed)
            if isinstance(verdict, HostProblem):
                found.append(verdict)
            elif verdict is not None:
                centres[rule.path] = verdict
    return (*found, *_strays(centres))


def hidden_problem(
    text: str, reference: SecretRef, path: Path, kind: Kind, allowed: Sequence[str]
) -> str | None:
    """Say what policy has against a host that only a reference tells; its text is not repeated.

    What is spelled as a URL, or stands in a member called like a host, is taken for one.
    """
    if "://" not in text and not hints.sounds_like_host(path[-1]):
        return None
    rule = HostRule(path=path, form=HostForm.ENDPOINT, role="")
    if _judge(text, rule, kind, allowed) is None:
        return None
    return (
        f"{escape(str(reference))} leads to a host that no policy allows, or to none at all, and "
        "Adobe would send the credentials there. Name the host in policy.allowed_hosts, as it is "
        "written, if it is right."
    )


def _texts(value: object) -> Iterator[str]:
    """Yield the host, or each of a list; whatever is no text was reported as such."""
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, str):
            yield one


def role_at(kind: Kind, path: Path) -> str:
    """Return which hosts of a data centre the field at ``path`` may name."""
    return next((rule.role for rule in kind.hosts if rule.path == path), "")


def _judge(
    text: str, rule: HostRule, kind: Kind, allowed: Sequence[str]
) -> DataCentre | HostProblem | None:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return _malformed(text, rule, _oddity(text))
    if misfit := _misfit(match, rule.form):
        return _malformed(text, rule, misfit)
    host = match["host"] + (match["port"] or "")
    listed = host in allowed
    if match["port"] and not listed and rule.form is HostForm.ORIGIN and _is_vendors(match, kind):
        return _malformed(text, rule, "names a port")
    if match["scheme"] == "http" and not (listed and _is_loopback(match["host"])):
        detail = (
            f"{dotted(rule.path)} starts with http://, which would send credentials unencrypted. "
            "Write https://; plain http is for loopback hosts in policy.allowed_hosts only."
        )
        return HostProblem(rule.path, "Insecure URL", detail)
    centre = _centres(kind, rule.role).get(host)
    if centre is None and not listed:
        return _stranger(host, rule, kind, allowed)
    return centre


def _malformed(text: str, rule: HostRule, flaw: str) -> HostProblem:
    shown = "what stands there" if _may_tell(text) else quoted(text)
    detail = f"{dotted(rule.path)} must be {_FORMS[rule.form]}; {shown} {flaw}."
    return HostProblem(rule.path, "Malformed host", detail)


def _misfit(match: re.Match[str], form: HostForm) -> str | None:
    """Say why a URL is none of that form, whatever its host."""
    if match["port"] and int(match["port"][1:]) > _LAST_PORT:
        return f"names a port beyond {_LAST_PORT}"
    if form is HostForm.ORIGIN and match["path"]:
        return "names a path"
    if form is HostForm.ORIGIN and not match["scheme"]:
        return "does not start with https://"
    return None


def _is_vendors(match: re.Match[str], kind: Kind) -> bool:
    every = (hosts for centre in kind.data_centres for hosts in centre.hosts.values())
    return any(match["host"] in hosts for hosts in every)


def _centres(kind: Kind, role: str) -> Mapping[str, DataCentre]:
    return {host: one for one in kind.data_centres for host in one.hosts.get(role, ())}


def _stranger(host: str, rule: HostRule, kind: Kind, allowed: Sequence[str]) -> HostProblem:
    known = _centres(kind, rule.role)
    elsewhere = next(
        (one for one in kind.data_centres if any(host in hosts for hosts in one.hosts.values())),
        None,
    )
    if elsewhere is not None and elsewhere.hosts.get(rule.role):
        hint = f" It belongs to {elsewhere.name}, where {either(elsewhere.hosts[rule.role])} fits."
    else:
        hint = _near(host, known)
    flaw = f"is no known {rule.role} host of the vendor" if known else "no policy allows"
    detail = (
        f"{dotted(rule.path)} names {quoted(host)}, which {flaw}. Adobe would send the credentials "
        f"there.{hint} If this host is right, have reconciler.yaml allow it:"
    )
    return HostProblem(rule.path, NOT_ALLOWED, detail, allowing(host, beside=allowed))


def allowing(host: str, *, beside: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of policy that allow one more host; of many it says that they stay."""
    listed = [f'"{one}"' if one.startswith("[") else one for one in (*beside[-_SHOWN:], host)]
    if len(beside) <= _SHOWN:
        return ("policy:", f"  allowed_hosts: [{', '.join(listed)}]")
    return ("policy:", "  allowed_hosts:", "  # beside those that stand there", f"  - {listed[-1]}")


def _near(host: str, known: Collection[str]) -> str:
    """Guess at the host that was meant: the one that a longer name pretends to be, if any."""
    borrowed = [one for one in known if host.startswith((f"{one}.", f"{one}:"))]
    return guess(max(borrowed, key=len), borrowed) if borrowed else guess(host, known)


def _strays(centres: Mapping[Path, DataCentre]) -> tuple[HostProblem, ...]:
    if not centres:
        return ()
    (first, home), *others = centres.items()
    return tuple(
        HostProblem(
            path,
            "Data centres differ",
            f"{dotted(first)} lies in {home.name} and {dotted(path)} in {centre.name}. An account "
            "and its credentials exist in one data centre only, so both must lie in the same.",
        )
        for path, centre in others
        if centre.code != home.code
    )


def _may_tell(text: str) -> bool:
    """Tell whether a URL has parts in which people put passwords and tokens."""
    return any(sign in text for sign in "@?#")


def _oddity(text: str) -> str:
    """Say what is odd about something that is not even spelled like a host."""
    oddities = (
        (not text.isascii(), "holds characters other than ASCII, which may only look alike"),
        (not text.isprintable() or " " in text, "holds blanks or control characters"),
        ("\\" in text, "holds a backslash"),
        ("@" in text, "holds a user name or an @"),
        ("?" in text or "#" in text, "holds a query or a fragment"),
        (text.lower() != text, "holds capitals; write hosts in lower case"),
    )
    return next((words for odd, words in oddities if odd), "is not")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
