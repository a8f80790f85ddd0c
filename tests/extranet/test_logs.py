"""The server's log tells what somebody has to look at, once; not that a client has come back after a restart."""

import pytest
import requests

from tests.pace import PATIENCE
from tests.servers import Site


@pytest.mark.once
def test_a_client_of_before_the_restart_is_no_error_and_an_error_is_one_line(site: Site) -> None:
    address = f"{site.url}/socket.io/?EIO=4"
    for call in (requests.get, requests.post, requests.get):
        assert call(f"{address}&transport=polling&sid=ofbefore", timeout=PATIENCE).status_code == 400
    for transport in ("pigeon", "polling"):
        requests.get(f"{address}&transport={transport}&sid=ofbefore", timeout=PATIENCE)
    assert site.log.count("Invalid transport") == 1, site.log
    assert "Invalid session" not in site.log
