"""Reports of evaluations: a page, Markdown and JSON, in English and Simplified Chinese."""
