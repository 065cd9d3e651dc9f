"""How each provider with chat completions words its refusals: (status, body) by provider and kind.

`{model}` and `{wait}` (seconds) are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _openai(
    message: str, kind: str = "invalid_request_error", code: str | None = None, param: str | None = None
) -> Any:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _mistral(message: str, kind: str, code: str) -> Any:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


def _azure(code: str, message: str) -> Any:
    return {"error": {"code": code, "message": message}}


Words = Mapping[str, tuple[int, Any]]

_OPENAI: Words = {
    "rate_limited": (
        429,
        _openai("Rate limit reached for {model}. Please try again in {wait}s.", "requests", "rate_limit_exceeded"),
    ),
    "server_error": (500, _openai("The server had an error while processing your request.", "server_error")),
    "unavailable": (503, _openai("That model is currently overloaded with other requests.", "server_error")),
    "overloaded": (503, _openai("That model is currently overloaded with other requests.", "server_error")),
    "bad_key": (401, _openai("Incorrect API key provided.", code="invalid_api_key")),
    "no_credit": (
        429,
        _openai(
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            "insufficient_quota",
        ),
    ),
    "no_model": (
        404,
        _openai("The model `{model}` does not exist or you do not have access to it.", code="model_not_found"),
    ),
    "too_long": (
        400,
        _openai(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 21051 tokens.",
            code="context_length_exceeded",
            param="messages",
        ),
    ),
    "blocked": (
        400,
        _openai("The response was filtered.", "invalid_request_error", "content_filter"),
    ),
    "temperature": (
        400,
        _openai(
            "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is "
            "supported.",
            code="unsupported_value",
            param="temperature",
        ),
    ),
    "system": (400, _openai("System role not supported")),
    "tools": (400, _openai("`tools` is not supported with this model", param="tools")),
    "tool_choice": (400, _openai("`tool_choice` is not supported with this model", param="tool_choice")),
    "json_schema": (
        400,
        _openai(
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
            param="response_format",
        ),
    ),
    "json_mode": (
        400,
        _openai(
            "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
            param="response_format",
        ),
    ),
    "whole_reply": (
        400,
        _openai(
            "This model only support stream mode, please enable the stream parameter to access the model.",
            code="invalid_parameter_error",
        ),
    ),
    "overloaded_400": (
        400,
        _openai("The engine is currently overloaded, please try again later.", code="engine_overloaded"),
    ),
    "too_large_429": (
        429,
        _openai(
            "Request too large for {model} on tokens per min (TPM): Limit 30000, Requested 36055. The input or output "
            "tokens must be reduced in order to run successfully.",
            "tokens",
            "rate_limit_exceeded",
        ),
    ),
    "context_500": (500, _openai("the request exceeds the available context size, try increasing it", "server_error")),
    "quota_403": (403, _openai("用户额度不足", "one_api_error", "insufficient_user_quota")),
    "no_version": (404, _azure("404", "Resource not found")),
    "bad_request": (400, _openai("We could not parse the body of your request.")),
}
_GROQ: Words = {
    "rate_limited": (
        429,
        _openai(
            "Rate limit reached for model `{model}` in organization `org_dev` service tier `on_demand` on requests per "
            "minute (RPM): Limit 30, Used 30, Requested 1. Please try again in {wait}s.",
            "requests",
            "rate_limit_exceeded",
        ),
    ),
    "server_error": (500, _openai("Internal Server Error", "internal_server_error")),
    "unavailable": (503, _openai("Service Unavailable", "service_unavailable")),
    "overloaded": (503, _openai("{model} is currently over capacity. Please try again.", "internal_server_error")),
    "bad_key": (401, _openai("Invalid API Key", code="invalid_api_key")),
    "no_credit": (
        400,
        _openai(
            "API access has been blocked because a spend alert threshold was exceeded for organization `org_dev`.",
            code="blocked_api_access",
        ),
    ),
    "json_schema": (
        400,
        _openai("This model does not support response format `json_schema`.", param="response_format"),
    ),
    "json_mode": (
        400,
        _openai("This model does not support response format `json_object`.", param="response_format"),
    ),
    "temperature": (400, _openai("property 'temperature' is unsupported")),
}
_MISTRAL: Words = {
    "rate_limited": (429, _mistral("Rate limit exceeded", "rate_limited", "1300")),
    "server_error": (500, _mistral("Internal server error", "internal_server_error", "1000")),
    "unavailable": (503, _mistral("Service unavailable.", "unreachable_backend", "1100")),
    "overloaded": (503, _mistral("Service unavailable.", "unreachable_backend", "1100")),
    "bad_key": (401, {"detail": "Unauthorized"}),
    "no_credit": (402, {"message": "You have reached your spending limit.", "request_id": "dev"}),
    "no_model": (400, _mistral("Invalid model: {model}", "invalid_model", "1500")),
    "too_long": (
        400,
        _mistral(
            "Prompt contains 40112 tokens, too large for model with 32768 maximum context length",
            "invalid_request_prompt",
            "3051",
        ),
    ),
    "temperature": (400, _mistral("temperature is not supported for this model", "invalid_request_error", "3051")),
    "system": (400, _mistral("System role not supported", "invalid_request_message_order", "3230")),
    "json_schema": (
        400,
        _mistral("response_format json_schema is not enabled for this model", "invalid_request_error", "3051"),
    ),
    "json_mode": (400, _mistral("JSON mode is not enabled for this model", "invalid_request_error", "3051")),
}
_DEEPSEEK: Words = {
    "rate_limited": (429, _openai("Rate limit reached", "rate_limit_error")),
    "server_error": (500, _openai("Internal Server Error", "internal_error", "internal_error")),
    "unavailable": (503, _openai("Service is too busy.", "service_unavailable_error", "service_unavailable_error")),
    "overloaded": (503, _openai("Service is too busy.", "service_unavailable_error", "service_unavailable_error")),
    "bad_key": (
        401,
        _openai(
            "Authentication Fails, Your api key: ****0000 is invalid", "authentication_error", "invalid_request_error"
        ),
    ),
    "no_credit": (402, _openai("Insufficient Balance", "unknown_error", "invalid_request_error")),
    "no_model": (400, _openai("Model Not Exist", code="invalid_request_error")),
    "json_schema": (
        400,
        _openai("This response_format type is unavailable now", code="invalid_request_error"),
    ),
    "temperature": (400, _openai("temperature is not supported by {model}", code="invalid_request_error")),
    "system": (400, _openai("System message is not supported by {model}", code="invalid_request_error")),
}
_AZURE: Words = {
    "rate_limited": (
        429,
        _azure(
            "429",
            "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded "
            "call rate limit of your current OpenAI S0 pricing tier. Please retry after {wait} seconds.",
        ),
    ),
    "server_error": (500, _azure("InternalServerError", "Internal server error")),
    "unavailable": (503, _azure("ServiceUnavailable", "The service is temporarily unable to process your request.")),
    "overloaded": (503, _azure("ServiceUnavailable", "The service is temporarily unable to process your request.")),
    "bad_key": (
        401,
        _azure(
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for "
            "an active subscription and use a correct regional API endpoint for your resource.",
        ),
    ),
    "no_credit": (403, _azure("AccountSuspended", "The subscription is disabled: it has no credit left.")),
    "no_model": (
        404,
        _azure(
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
            "minutes, please wait a moment and try again.",
        ),
    ),
    "blocked": (
        400,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management "
                "policy. Please modify your prompt and retry.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
    ),
}
_XAI: Words = {
    "bad_key": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "Incorrect API key provided: xa***00. You can obtain an API key from https://console.x.ai.",
        },
    ),
    "no_credit": (
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Your newly created team doesn't have any credits yet. You can purchase credits on "
            "https://console.x.ai.",
        },
    ),
    "no_model": (
        404,
        {
            "code": "Some requested entity was not found",
            "error": "The model {model} does not exist or your team does not have access to it.",
        },
    ),
}

WORDS: Mapping[str, Words] = {
    "openai": _OPENAI,
    "groq": _GROQ,
    "mistralai": _MISTRAL,
    "deepseek": _DEEPSEEK,
    "azure_openai": _AZURE,
    "xai": _XAI,
}
"""By provider; what one has no words for is said in OpenAI's."""
