"""The wording of each error code in English, one module a feature; translations stand in `locale`.

Here stands what was wrong. What to do about it depends on the face: `assistant/cli/advice` names commands and options,
`assistant/web/presentation/advice.py` pages and buttons.
"""
