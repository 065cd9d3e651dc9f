import pytest

from assistant.errors import SettingsError
from assistant.models.address import is_loopback, server_address


def test_an_address_is_cleaned_and_named_without_its_password() -> None:
    address = server_address(" https://me:pass@models.example:8443/v1/ ", " sk-secret\n")
    assert (address.base_url, address.name) == ("https://me:pass@models.example:8443/v1", "models.example:8443")
    assert address.key == "sk-secret"
    assert "sk-secret" not in repr(address)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:80/v1"])
def test_servers_on_this_machine_need_no_key(url: str) -> None:
    assert server_address(url, None).key is None


def test_other_servers_need_one() -> None:
    with pytest.raises(SettingsError, match=r"no key for api\.openai\.com") as caught:
        server_address("https://api.openai.com/v1", "  ")
    assert caught.value.where == "OPENAI_API_KEY"


@pytest.mark.parametrize("url", ["api.openai.com/v1", "ftp://x/v1", "http://"])
def test_what_is_no_http_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="no http"):
        server_address(url, "k")


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-“quoted”", "two words"])
def test_a_key_that_can_be_no_key_is_refused_without_being_quoted(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        server_address("https://api.openai.com/v1", key)
    assert key not in str(caught.value)


def test_names_that_only_look_local_are_not_loopback() -> None:
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("10.0.0.1")
    assert is_loopback("127.0.0.2")
