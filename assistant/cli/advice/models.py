"""Models and embedders: what to type, set or wait for."""

from __future__ import annotations

ADVICE = {
    "recording_unwritable": "Replies themselves are kept in the workspace; free some space or record elsewhere.",
    "recording_unopenable": "assistant prelabel --record FILE  writes one",
    "recording_with_faults": "Remove those lines; a line that is cut off belongs to a recording that was killed.",
    "recording_with_many_faults": "Remove those lines; a line that is cut off belongs to a recording that was killed.",
    "script_unreadable": "check the file's name",
    "script_line_unfit": 'each line holds {"contains": TEXT, "reply": TEXT or OBJECT}',
    "embedder_unknown": "embedded, hashing, openai:NAME, or PROVIDER:NAME for one of LangChain's",
    "embedder_interrupted": "Nothing is lost: what was embedded is kept, and the same command embeds the rest.",
    "embedder_gave_no_vector": (
        "With such vectors all texts are equally similar. Is it an embedding model, and loaded whole? Fix it and run"
        " the same command again, or choose another in [embedder] name."
    ),
    "embedding_process_killed": (
        "run the same command again: what was embedded is kept; if it happens again, look at the memory left"
    ),
    "embedding_process_ended": (
        "run the same command again: what was embedded is kept; if it happens again, look at the memory left"
    ),
    "budget_used_up": "The same command with a higher --budget resumes it.",
    "budget_price_unknown": (
        "Add input and output in US$ per million tokens (0 for a server of your own), or drop --budget."
    ),
    "model_silent": "Nothing is lost. When the server is back, the same command resumes.",
    "model_asks_to_wait": "Nothing is lost. Run the same command again then to resume.",
    "model_key_missing": "Set it in the environment (to `none` for a server without keys), or use --model local.",
    "quota_used_up": "Add credit or raise the limit, then run the same command again.",
    "key_refused": "Check %(key)s (set? expired? of this server?).",
    "model_not_served": "Check the name after the colon; `assistant doctor` asks the server.",
    "model_not_listed": "It has %(models)s; the nearest names are: %(near)s.",
    "model_access_denied": "The key may not use '%(model)s' here; check its rights and region.",
    "proxy_login_wanted": "Write the user and password into HTTP_PROXY, HTTPS_PROXY.",
    "model_rate_limited": "Lower --rpm, --tpm or --concurrency if this does not end by itself.",
    "reply_off_schema": "The server could not keep to the schema; another prompt or model may.",
    "model_failing": "Nothing is lost: the same command retries what is missing.",
    "request_too_long": "Lower the prompt's token budget or choose a model with a longer context.",
    "request_filtered": "People have to label this item, or a model without such a filter.",
    "request_refused": "The server does not take this request; its words above say why.",
    "header_unsendable": "Set its variable again, without line breaks.",
}
