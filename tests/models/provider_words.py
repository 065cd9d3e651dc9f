"""What providers answer instead of a reply, in their own words as their documents and trackers quote them."""

from collections.abc import Callable

from aiohttp import web

from tests.models.provider_fakes import as_json

Refuse = Callable[..., web.Response]


def google(status: int, message: str, reason: str = "INVALID_ARGUMENT", **info: str) -> Refuse:
    """Google's error object."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo"} | info] if info else []
    error = {"code": status, "message": message, "status": reason, "details": details}
    return lambda _: as_json({"error": error}, status)


def openai_like(status: int, message: str, **more: str) -> Refuse:
    """An error object as OpenAI, Groq, DeepSeek and Azure send it."""
    return lambda _: as_json({"error": {"message": message} | more}, status)


def anthropic(status: int, kind: str, message: str) -> Refuse:
    """Anthropic's error object."""
    return lambda _: as_json({"type": "error", "error": {"type": kind, "message": message}}, status)


def aws(status: int, code: str, message: str) -> Refuse:
    """An error of AWS: its code is in a header."""
    return lambda _: as_json({"message": message}, status, {"x-amzn-ErrorType": code})


ACCOUNT_FAULTS = [
    (
        "google_genai",
        google(400, "API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID"),
        "key was refused",
    ),
    ("google_genai", google(400, "API key expired. Please renew the API key."), "key was refused"),
    ("google_genai", google(404, "models/m is not found for API version v1beta", "NOT_FOUND"), "no model"),
    (
        "anthropic",
        anthropic(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        "no quota left",
    ),
    ("anthropic", anthropic(401, "authentication_error", "invalid x-api-key"), "key was refused"),
    ("anthropic", anthropic(404, "not_found_error", "model: some-model"), "no model"),
    ("bedrock_converse", aws(400, "ValidationException", "The provided model identifier is invalid."), "no model"),
    (
        "bedrock_converse",
        aws(
            400,
            "ValidationException",
            "Invocation of model ID some-model with on-demand throughput isn’t supported. Retry your request with the "
            "ID or ARN of an inference profile that contains this model.",
        ),
        "no model",
    ),
    (
        "bedrock_converse",
        aws(400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account."),
        "no quota left",
    ),
    (
        "bedrock_converse",
        aws(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
        "key was refused",
    ),
    (
        "groq",
        openai_like(400, "API access has been blocked because a spend alert was triggered.", code="blocked_api_access"),
        "no quota left",
    ),
    (
        "deepseek",
        openai_like(400, "Incorrect API key provided: sk***. You can obtain one at the console."),
        "key was refused",
    ),
    (
        "azure_openai",
        openai_like(404, "The API deployment for this resource does not exist.", code="DeploymentNotFound"),
        "no model",
    ),
]


def lacks(marks: str, refusal: Refuse) -> Callable[..., web.Response | None]:
    """Refuse what has one of some words in its request."""
    return lambda asked: refusal(asked) if any(mark in asked.text for mark in marks.split()) else None


LACKING = [
    (
        "anthropic",
        '"temperature"',
        anthropic(400, "invalid_request_error", "`temperature` is deprecated for this model."),
    ),
    (
        "azure_openai",
        '"temperature"',
        openai_like(400, "Unsupported value: 'temperature' does not support 0.0 with this model.", param="temperature"),
    ),
    (
        "bedrock_converse",
        '"temperature"',
        aws(400, "ValidationException", "`temperature` is deprecated for this model."),
    ),
    ("google_genai", '"temperature"', google(400, "temperature is not supported for models/some-model")),
    ("mistralai", '"temperature"', openai_like(400, "temperature is not supported by this model")),
    ("bedrock_converse", "toolConfig", aws(400, "ValidationException", "This model doesn't support tool use.")),
    (
        "bedrock_converse",
        '"system":[{',
        aws(
            400,
            "ValidationException",
            "This model doesn't support system messages. Try again without a system message.",
        ),
    ),
    ("google_genai", "responseMimeType", google(400, "JSON mode is not enabled for models/gemma-3-27b-it")),
    (
        "google_genai",
        "systemInstruction",
        google(400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
    ),
    ("anthropic", '"tools"', anthropic(400, "invalid_request_error", "This model does not support tool use.")),
    (
        "anthropic",
        '"tool_choice"',
        anthropic(400, "invalid_request_error", "Thinking may not be enabled when tool_choice forces tool use."),
    ),
    ("deepseek", '"json_schema"', openai_like(400, "This response_format type is unavailable now")),
    ("groq", '"json_schema"', openai_like(400, "This model does not support response format `json_schema`.")),
    ("ollama", '"format":{', openai_like(400, "format: structured outputs are not supported by this model")),
]
