"""Errors about starting the server."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "address_not_free": marked("can't listen there: %(reason)s"),
    "no_password_yet": marked("no one could sign in: there are no users with a password"),
    "no_users_yet": marked("no one could sign in: there are no users with a password"),
    "public_url_unfit": marked("%(address)s is no address of a site: %(why)s"),
    "proxy_unfit": marked("is neither an address nor a network: %(why)s"),
}
