"""Scripts by a language model, through OpenRouter's chat completions.

The lead's fields go to the model as JSON data. The model has no tools; its answer must fit a JSON schema and
pass `answers.read_answer` before anything is made of it.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from shared.costs import Answer, AnswerLost, Ledger, PaidCall
from shared.errors import LeadreelError, Permanent, RateLimited, Retryable
from shared.scripting.answers import RESPONSE_SCHEMA, read_answer
from shared.scripting.brief import Brief
from shared.scripting.gate import RefusedText, StrangeData
from shared.scripting.prompt import instructions, prompt_messages
from shared.scripting.script import Script
from shared.settings import Settings

# Two rounds must fit into the step's time (120 s), with what each may wait for a model that is busy
TIMEOUT_SECONDS = 50.0
PATIENCE_SECONDS = 8.0
ROUNDS = 2


class Unusable(Permanent):
    """The model's answers can't be used, not even after it was told why."""


class OpenRouterWriter:
    """Buys through the ledger. `settings` carry the key, the base URL and the models. strange: see `gate`."""

    def __init__(self, settings: Settings, ledger: Ledger, strange: StrangeData | None = None) -> None:
        if settings.openrouter_api_key is None:
            raise Permanent("OPENROUTER_API_KEY is not set, so no model can be asked for a script")
        self._key = settings.openrouter_api_key.get_secret_value()
        self._settings = settings
        self._ledger = ledger
        self._strange = strange

    async def write(self, brief: Brief) -> Script:
        """An answer that can't be used is sent back once with what is wrong with it; both rounds are paid.

        A campaign's order is the same for all its leads, so its answer is bought once.
        """
        models = self._settings.models_for(brief.model)
        messages = prompt_messages(brief)
        cost, complaint = Decimal(0), ""
        for _ in range(ROUNDS):
            answer = await self._ask(models, messages)
            cost += answer.cost_usd
            reply = json.loads(answer.body)
            content = str(reply["choices"][0]["message"].get("content") or "")
            try:
                sections = read_answer(
                    content, brief, instructions=instructions(brief), strange=self._strange
                )
            except RefusedText as error:
                complaint = str(error)
                messages = [
                    *messages,
                    {"role": "assistant", "content": content},
                    {"role": "user", "content": f"That can't be used: {complaint} Answer again, whole."},
                ]
                continue
            return Script(
                script_style=brief.style,
                language=brief.language,
                sections=sections,
                total_duration_seconds=brief.duration_seconds,
                ai_model_used=str(reply.get("model") or models[0]),
                ai_cost=cost,
            )
        raise Unusable(f"the model's script can't be used: {complaint} Try another model (ai_model).")

    async def _ask(self, models: tuple[str, ...], messages: list[dict[str, str]]) -> Answer:
        """models: the first is asked; where it can't answer, OpenRouter asks the next.

        https://openrouter.ai/docs/guides/routing/model-fallbacks
        """
        request: dict[str, Any] = {
            "model": models[0],
            **({"models": models} if len(models) > 1 else {}),
            "messages": messages,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "script", "strict": True, "schema": RESPONSE_SCHEMA},
            },
            "usage": {"include": True},
        }
        call = PaidCall("openrouter", "chat/completions", request)
        return await self._ledger.buy(
            call, lambda: self._purchase(request), patience_seconds=PATIENCE_SECONDS
        )

    async def _purchase(self, request: dict[str, Any]) -> Answer:
        url = f"{self._settings.openrouter_base_url.rstrip('/')}/chat/completions"
        headers = {"Authorization": f"Bearer {self._key}", "X-Title": "Leadreel"}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.post(url, json=request, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Retryable(f"OpenRouter can't be reached: {error}") from error
        except httpx.HTTPError as error:
            raise AnswerLost(
                f"OpenRouter was asked, and the answer did not arrive ({type(error).__name__})"
            ) from error
        return bought(response, self._key)


def bought(response: httpx.Response, key: str) -> Answer:
    """The answer to keep, with its price. Raises what the vendor's refusal comes to."""
    try:
        reply = json.loads(response.content, parse_float=Decimal)
    except ValueError as error:
        if response.is_success:
            raise AnswerLost("OpenRouter answered with a body that is cut off") from error
        reply = {}
    failure = reply.get("error") if isinstance(reply, dict) else None
    if not response.is_success or failure:
        # a fault while the model writes comes with HTTP 200 and a code inside
        code = failure.get("code") if isinstance(failure, dict) else None
        status = code if response.is_success and isinstance(code, int) else response.status_code
        message = str(failure.get("message", "")) if isinstance(failure, dict) else ""
        raise explained(status, message.replace(key, "***")[:300], response.headers)
    if not isinstance(reply, dict) or not _has_message(reply):
        raise AnswerLost("OpenRouter answered without a message of the model")
    usage = reply.get("usage") or {}
    try:
        price = Decimal(str(usage.get("cost", 0)))
    except InvalidOperation:
        price = Decimal(0)
    return Answer(response.content, price, Decimal(usage.get("total_tokens", 0)), "tokens")


def _has_message(reply: dict[str, Any]) -> bool:
    try:
        return isinstance(reply["choices"][0]["message"], dict)
    except (KeyError, IndexError, TypeError):
        return False


def explained(status: int, message: str, headers: httpx.Headers) -> LeadreelError:
    """The vendor's refusal as one of our errors, with its cure."""
    wait = _seconds(headers.get("retry-after"))
    if status == 429 or (status in {402, 503} and wait is not None):
        return RateLimited(f"OpenRouter asks us to wait. {message}", wait)
    if status == 402:
        return Permanent(f"the OpenRouter account has no credits left; add some. {message}")
    if status == 401:
        return Permanent(f"OpenRouter refused the key; check OPENROUTER_API_KEY. {message}")
    if status >= 500 or status in {200, 408, 425}:
        return Retryable(f"OpenRouter or the model has a passing fault (HTTP {status}). {message}")
    if status in {400, 404}:
        return Permanent(f"OpenRouter can't use the request; check the model (ai_model). {message}")
    return Permanent(f"OpenRouter refused the request (HTTP {status}). {message}")


def _seconds(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None
