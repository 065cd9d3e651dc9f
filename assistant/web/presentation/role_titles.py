"""Names of roles as pages show them."""

from __future__ import annotations

from assistant.domain.review_work import Role
from assistant.messages.language import marked

ROLES = {
    Role.ADMIN: marked("Admin"),
    Role.MANAGER: marked("Manager"),
    Role.LEAD: marked("Lead"),
    Role.REVIEWER: marked("Reviewer"),
    Role.ANALYST: marked("Analyst"),
    Role.EXTERNAL: marked("External reviewer"),
}
