"""Web sites beside the account: which of them a request reaches."""

from __future__ import annotations

import pytest

from course import lab


def test_a_site_of_a_port_answers_at_this_port_only() -> None:
    lab.http.serve("http://shop.example.com:8080", lambda request: f"port {request.port}")

    assert lab.http("GET", "http://shop.example.com:8080/prints?size=4").body == "port 8080"
    with pytest.raises(ConnectionError, match=r"Nobody answers at http://shop\.example\.com/prints"):
        lab.http("GET", "http://shop.example.com/prints")


def test_a_site_without_a_port_answers_at_every_port_that_has_no_site_of_its_own() -> None:
    lab.http.serve("http://192.0.2.10", lambda request: "the whole host")
    lab.http.serve("http://192.0.2.10:8080", lambda request: "the second server")

    assert lab.http("GET", "http://192.0.2.10/").body == "the whole host"
    assert lab.http("GET", "http://192.0.2.10:9090/a").body == "the whole host"
    assert lab.http("GET", "http://192.0.2.10:8080/a").body == "the second server"


def test_the_usual_port_may_be_written_out() -> None:
    lab.http.serve("https://vet.example.com:443/dogs", lambda request: request.path)

    assert lab.http("GET", "https://vet.example.com/dogs/rex").body == "/dogs/rex"
    with pytest.raises(ConnectionError):
        lab.http("GET", "https://vet.example.com/dogsled")


def test_the_longest_address_wins() -> None:
    lab.http.serve("https://vet.example.com", lambda request: "everybody")
    lab.http.serve("https://vet.example.com/dogs", lambda request: "dogs")

    assert lab.http("GET", "https://vet.example.com/dogs/rex").body == "dogs"
    assert lab.http("GET", "https://vet.example.com/cats").body == "everybody"


def test_hosts_are_found_in_capitals_and_as_ipv6_addresses() -> None:
    lab.http.serve("https://Vet.Example.com", lambda request: "the vet")
    lab.http.serve("http://[2001:db8::10]:8080", lambda request: "six")

    assert lab.http("GET", "https://vet.example.com/").body == "the vet"
    assert lab.http("GET", "http://[2001:db8::10]:8080/").body == "six"


def test_who_finds_nobody_is_told_how_to_serve_the_address() -> None:
    with pytest.raises(ConnectionError, match=r'lab\.http\.serve\("http://192\.0\.2\.77:8080", function\)'):
        lab.http("GET", "http://192.0.2.77:8080/a")


@pytest.mark.parametrize("url", ["vet.example.com", "ftp://vet.example.com", "https://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no web address"):
        lab.http.serve(url, lambda request: "never")
