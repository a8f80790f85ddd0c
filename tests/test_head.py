"""HEAD answers as GET does, at every address of the app: monitors and link checkers ask so."""

import pytest

from tests import entrances
from tests.scenes import Furnish


@pytest.mark.once
def test_head_answers_as_get_does_at_every_address(furnish: Furnish) -> None:
    scene, different = furnish(), []
    people = {name: entrances.people(scene)[name] for name in ("visitor", "host", "moderator")}
    for row in (row for row in entrances.rows() if row.method == "GET"):
        path = entrances.call(row, scene, entrances.space_of(row, scene, "listed")).path
        for name, person in people.items():
            got, head = (
                person.client.open(path, method=method, headers={"Accept-Language": "en"}, buffered=True)
                for method in ("GET", "HEAD")
            )
            if (head.status, head.location, head.data) != (got.status, got.location, b""):
                different.append(f"{row}, {name}: {head.status} instead of {got.status}")
    assert not different, "\n".join(different)
