"""The watch that every journey has over its secrets would see one, however it is spelled."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests import canaries
from tests.journeys.worlds import SECRETS, World

SECRET = SECRETS["ZOHO_CLIENT_SECRET"]


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(SECRET, id="raw"),
        pytest.param(json.dumps(SECRET), id="json"),
        pytest.param(quote(SECRET, safe=""), id="url"),
        pytest.param(SECRET.encode().hex(), id="hex"),
        *(
            pytest.param(
                base64.b64encode(b"user:"[:n] + SECRET.encode()).decode(), id=f"base64-{n}"
            )
            for n in range(3)
        ),
        pytest.param(SECRET[:-5], id="without-its-end"),
    ],
)
def test_a_secret_in_a_file_fails_the_journey(world: World, shown: str) -> None:
    (world.folder / "leak.txt").write_text(f"see {shown} there")
    with pytest.raises(AssertionError, match=r"leak\.txt shows a secret"):
        world.run("version")
    canaries.own(world.folder / "leak.txt")
