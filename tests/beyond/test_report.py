"""The HTML report in a real browser: for everybody, without network, with and without a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core import planner
from reconciler.render import html
from tests.beyond.browser import opened
from tests.builders import declaration, observation, record, recorded, situation, spec
from tests.render.plans import HOSTILE, SITUATIONS, made
from tests.render.test_markdown import many, review
from tests.render.test_plans import declared, reviewed

SHOWN = "details.change:not([hidden])"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Two environments: one with two creates, one with an update and drift."""
    reviews = [
        replace(reviewed(made(case)), title=f"crm / {title}", declared=declared(case))
        for title, case in (("dev", "update_with_drift"), ("prod", "create"))
    ]
    path = tmp_path / "report.html"
    path.write_text(html.render(reviews))
    return path


def written(tmp_path: Path, case: str) -> Path:
    path = tmp_path / f"{case}.html"
    path.write_text(html.render([reviewed(made(case))]))
    return path


@pytest.mark.parametrize("case", SITUATIONS)
def test_a_report_opens_without_a_request_or_an_error(tmp_path: Path, case: str) -> None:
    with opened(written(tmp_path, case)) as sheet:
        assert sheet.page.title() == "Plan for crm / dev"
        assert (sheet.asked, sheet.wrong) == ([], [])


def test_it_is_searched_by_address_field_and_value(report: Path) -> None:
    with opened(report) as sheet:
        everything = sheet.page.locator(SHOWN).count()
        assert everything == 4
        for words, count in (("crm-eu", 1), ("theirs", 2), ("deals contacts", 1), ("nowhere", 0)):
            sheet.page.fill("#search", words)
            assert sheet.page.locator(SHOWN).count() == count, words
        assert sheet.page.locator("#found").text_content() == "0 of 4 shown"
        sheet.page.fill("#search", "")
        assert sheet.page.locator(SHOWN).count() == everything


def test_it_is_filtered_by_label(report: Path) -> None:
    with opened(report) as sheet:
        sheet.page.select_option("#label", "region=eu")
        assert sheet.page.locator(f"{SHOWN} .address").all_text_contents() == [
            "CrmConnection.crm-eu"
        ]
        sheet.page.select_option("#label", "team=sales")
        assert sheet.page.locator(SHOWN).count() == 2


def test_drift_has_the_labels_of_its_connection(tmp_path: Path) -> None:
    labels = {"team": "sales"}
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec(description="ours"), labels=labels)],
            state=recorded({"crm": record(1, spec(description="ours"))}),
            live=[observation(1, spec(secret=False, description="theirs"))],
        )
    )
    path = tmp_path / "drift.html"
    path.write_text(html.render([review(plan)]))
    with opened(path) as sheet:
        sheet.page.select_option("#label", "team=sales")
        assert sheet.page.locator(SHOWN).count() == 2


@pytest.mark.parametrize("script", [True, False])
def test_what_is_folded_is_printed_all_the_same(tmp_path: Path, *, script: bool) -> None:
    path = tmp_path / "many.html"
    path.write_text(html.render([review(many())]))
    with opened(path, script=script) as sheet:
        sheet.page.emulate_media(media="print")
        assert sheet.page.locator("details.change table").first.is_visible()


def test_a_group_that_has_nothing_left_goes_too(report: Path) -> None:
    with opened(report) as sheet:
        sheet.page.fill("#search", "crm-eu")
        assert sheet.page.locator("section.group:not([hidden])").count() == 1


def test_it_is_used_by_keyboard_alone(report: Path) -> None:
    with opened(report) as sheet:
        sheet.page.keyboard.press("Tab")
        assert sheet.page.evaluate("document.activeElement.className") == "skip"
        sheet.page.keyboard.press("Tab")
        sheet.page.keyboard.type("crm-us")
        assert sheet.page.locator(SHOWN).count() == 1
        sheet.page.focus(f"{SHOWN} summary")
        was = sheet.page.locator(SHOWN).evaluate("(one) => one.open")
        sheet.page.keyboard.press("Enter")
        assert sheet.page.locator(SHOWN).evaluate("(one) => one.open") is not was


def test_without_a_script_all_of_it_can_be_read(report: Path) -> None:
    with opened(report, script=False) as sheet:
        assert not sheet.page.is_visible("#filter")
        assert sheet.page.locator("details.change").count() == 4
        assert sheet.page.is_visible("text=Contacts and deals")


def test_hostile_names_are_text(tmp_path: Path) -> None:
    said = f"<script>document.title='taken'</script><img src=x onerror=alert(1)>{HOSTILE}"
    plan = planner.plan(situation(declared=[declaration("crm", spec(said, description=said))]))
    path = tmp_path / "hostile.html"
    path.write_text(html.render([review(plan, finding=said, title="crm / dev")]))
    with opened(path) as sheet:
        assert sheet.page.title() == "Plan for crm / dev"
        assert sheet.page.locator("img").count() == 0
        assert sheet.page.locator("script").count() == 1
        assert "<script>document.title='taken'</script>" in (sheet.page.text_content("main") or "")
        assert (sheet.asked, sheet.wrong) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 400])
def test_axe_finds_nothing_inaccessible(report: Path, scheme: str, width: int) -> None:
    with opened(report, scheme=scheme, width=width) as sheet:
        assert sheet.offences() == []


@pytest.mark.parametrize("case", ["refusals", "in_doubt", "hostile", "nothing"])
def test_axe_finds_nothing_inaccessible_in_what_is_refused(tmp_path: Path, case: str) -> None:
    with opened(written(tmp_path, case)) as sheet:
        assert sheet.offences() == []


def test_axe_would_find_something(tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<html><body><img src='data:,'><input></body></html>")
    with opened(path) as sheet:
        assert sheet.offences()
