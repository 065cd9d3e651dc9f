"""Starting the server."""

from __future__ import annotations

ADVICE = {
    "address_not_free": "choose another port with --port; 0 takes a free one",
    "no_password_yet": "assistant users password %(user)s  gives one",
    "no_users_yet": "assistant users add NAME --role admin",
    "public_url_unfit": "e.g. https://labels.example.com, or https://example.com/labels behind a proxy",
    "proxy_unfit": "e.g. 10.0.0.2 or 10.0.0.0/24, as the connections come from",
}
