import pytest

from assistant.cli.error_words import error_words
from assistant.errors import SettingsError
from assistant.models.http.address import environment_proxy, is_loopback, server_address
from tests.worded import says


def test_an_address_is_cleaned_and_named_without_its_password() -> None:
    address = server_address(" https://me:pass@models.example:8443/v1/ ", " sk-secret\n")
    assert (address.base_url, address.name) == ("https://me:pass@models.example:8443/v1", "models.example:8443")
    assert address.key == "sk-secret"
    assert "sk-secret" not in repr(address)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:80/v1"])
def test_servers_on_this_machine_need_no_key(url: str) -> None:
    assert server_address(url, None).key is None


def test_other_servers_need_one() -> None:
    with pytest.raises(SettingsError, check=says(r"no key for api\.openai\.com")) as caught:
        server_address("https://api.openai.com/v1", "  ")
    assert caught.value.where == "OPENAI_API_KEY"


@pytest.mark.parametrize("url", ["api.openai.com/v1", "ftp://x/v1", "http://"])
def test_what_is_no_http_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, check=says("no http")):
        server_address(url, "k")


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-“quoted”", "two words"])
def test_a_key_that_can_be_no_key_is_refused_without_being_quoted(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        server_address("https://api.openai.com/v1", key)
    assert key not in str(error_words(caught.value))


def test_names_that_only_look_local_are_not_loopback() -> None:
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("10.0.0.1")
    assert is_loopback("127.0.0.2")


@pytest.mark.parametrize(
    "written",
    [
        "https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
        " https://x.openai.azure.com/openai/deployments/d/?api-version=2024-10-21 ",
        "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21#top",
    ],
)
def test_a_query_stays_behind_every_path(written: str) -> None:
    address = server_address(written, "azure-key")
    base = "https://x.openai.azure.com/openai/deployments/d"
    assert address.url("/chat/completions") == f"{base}/chat/completions?api-version=2024-10-21"
    assert address.url("/models") == f"{base}/models?api-version=2024-10-21"
    assert address.key_headers == {"api-key": "azure-key"}
    signed = server_address(written, "eyJhbGciOi.eyJzdWIi.c2ln")
    assert signed.key_headers == {"Authorization": "Bearer eyJhbGciOi.eyJzdWIi.c2ln"}


def test_without_an_api_version_the_key_is_a_bearer_token() -> None:
    assert server_address("https://a.test/v1?tenant=3", "k").key_headers == {"Authorization": "Bearer k"}
    assert server_address("http://127.0.0.1:1/v1", None).key_headers == {}


PROXIES = {"HTTP_PROXY": "http://plain:1", "https_proxy": "tls:2", "NO_PROXY": "in.test,10.0.0.0/8,host.test:8080"}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://a.test/v1", "http://plain:1"),
        ("https://a.test/v1", "http://tls:2"),
        ("https://in.test/v1", None),
        ("https://deep.in.test/v1", None),
        ("https://main.test/v1", "http://tls:2"),
        ("http://10.3.4.5/v1", None),
        ("http://11.3.4.5/v1", "http://plain:1"),
        ("http://host.test:8080/v1", None),
        ("http://host.test:9090/v1", "http://plain:1"),
        ("http://127.0.0.1:8000/v1", None),
        ("http://[::1]:8000/v1", None),
        ("http://localhost:8000/v1", None),
    ],
)
def test_the_environment_names_the_proxy_and_what_it_is_not_for(url: str, proxy: str | None) -> None:
    assert environment_proxy(url, PROXIES) == proxy
    assert environment_proxy(url, PROXIES | {"NO_PROXY": "*"}) is None
    assert environment_proxy(url, {}) is None


def test_names_in_lower_case_go_first_and_all_proxy_last() -> None:
    environ = {"HTTP_PROXY": "http://upper:1", "http_proxy": "http://lower:1", "ALL_PROXY": "http://all:1"}
    assert environment_proxy("http://a.test", environ) == "http://lower:1"
    assert environment_proxy("https://a.test", environ) == "http://all:1"


@pytest.mark.parametrize("proxy", ["socks5://a:1", "http://a:port", "http://"])
def test_a_proxy_that_cannot_be_used_is_refused_by_its_variable_without_its_password(proxy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        environment_proxy("https://a.test", {"HTTPS_PROXY": proxy.replace("//", "//me:hunter2@")})
    assert caught.value.where == "HTTPS_PROXY"
    assert "hunter2" not in str(error_words(caught.value))
