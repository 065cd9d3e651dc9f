"""Errors about reports and charts."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "report_language_unknown": marked("no report is written in '%(language)s'; there are: %(languages)s"),
    "chart_format_unknown": marked("no chart is written as '%(ending)s'; its name ends in one of %(endings)s"),
}
