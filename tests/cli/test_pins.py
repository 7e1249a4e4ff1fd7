"""A project may pin just those organisations that there can be credentials of."""

from __future__ import annotations

import pytest

from tests.journeys.worlds import ORGANIZATION, World, crm

PINS = [
    pytest.param(ORGANIZATION, True, id="an-organisation"),
    pytest.param("f" * 24 + "@AdobeOrg", True, id="lower-case"),
    pytest.param("f" * 23 + "@AdobeOrg", False, id="a-digit-too-few"),
    pytest.param("f" * 25 + "@AdobeOrg", False, id="a-digit-too-many"),
    pytest.param("g" * 24 + "@AdobeOrg", False, id="no-digit"),
    pytest.param("f" * 24 + "@adobeorg", False, id="another-word"),
    pytest.param("f" * 24 + "@AdobeOrg.com", False, id="more-behind-it"),
    pytest.param("f" * 24 + "@AdobeOrg\n", False, id="a-line-break-behind-it"),
    pytest.param("acme@example.com", False, id="an-address"),
]


@pytest.mark.parametrize(("pin", "sound"), PINS)
def test_a_pin_is_valid_that_the_settings_can_match(world: World, pin: str, sound: bool) -> None:
    world.configure(
        environments={"dev": {"sandbox": "dev", "state": "state/dev.json", "organization": pin}}
    )
    world.declare(crm())
    validated = world.run("validate")
    assert (validated.code == 0) is sound, validated
    elsewhere = {"AEP_BASE_URL": "http://127.0.0.1:9", "AEP_IMS_URL": "http://127.0.0.1:9"}
    world.configure()
    planned = world.plan(env={"AEP_ORG_ID": pin, **elsewhere})
    assert ("The value of AEP_ORG_ID is malformed" not in planned.err) is sound
