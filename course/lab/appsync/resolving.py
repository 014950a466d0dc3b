"""A field is resolved: by its resolver's templates and data source, step by step, or from what its parent brought.

Unit: https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-overview.html
Pipeline: https://docs.aws.amazon.com/appsync/latest/devguide/pipeline-resolvers.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.appsync import dynamodb_source, lambda_source
from course.lab.appsync.context import Context, Failure, Outcome
from course.lab.appsync.javascript_code import Early, carry_out, is_code
from course.lab.appsync.store import Api
from course.lab.appsync.templates import filled

# How many fields a BatchInvoke takes whose resolver does not say it.
# https://github.com/aws/aws-appsync-community/issues/51
_USUAL_BATCH: Final = 5
_OLD_VERSION: Final = "2017-02-28"
Step = Mapping[str, Any]


def resolve(api: Api, contexts: list[Context]) -> list[Outcome]:
    """The values of one field for all its parents on a level; Lambda can be asked for them in one call."""
    resolver = api.state.resolvers.get((contexts[0].parent, contexts[0].name))
    if resolver is None:
        return [Outcome(from_parent(one)) for one in contexts]
    if resolver["kind"] == "PIPELINE":
        return [_pipeline(api, resolver, one) for one in contexts]
    return _unit(api, resolver, contexts)


def from_parent(context: Context) -> Any:
    """The value that came with the parent."""
    return context.source.get(context.name) if isinstance(context.source, dict) else None


def _pipeline(api: Api, resolver: Step, context: Context) -> Outcome:
    try:
        context.prev = _before(resolver, context)
        for function_id in resolver["pipelineConfig"]["functions"]:
            context.result = context.error = None
            done = _unit(api, api.state.functions[function_id], [context])[0]
            context.prev = done.value
            if done.ended:
                return done
            if done.skips:
                break
    except Early as early:  # the functions are left out, and the resolver's own response follows
        context.prev = early.value
    except Failure as failure:
        return Outcome(None, [*context.appended, failure], ended=True)
    context.result, context.error = context.prev, None
    try:
        return Outcome(_after(resolver, context), context.appended)
    except Early as early:
        return Outcome(early.value, context.appended)
    except Failure as failure:
        return Outcome(None, [*context.appended, failure], ended=True)


def _before(resolver: Step, context: Context) -> Any:
    if is_code(resolver):
        return carry_out(resolver["code"], "request", context)
    text = resolver.get("requestMappingTemplate")
    return filled(text, context) if text else {}


def _after(resolver: Step, context: Context) -> Any:
    if is_code(resolver):
        return carry_out(resolver["code"], "response", context)
    text = resolver.get("responseMappingTemplate")
    return filled(text, context) if text else context.prev


def _unit(api: Api, step: Step, contexts: list[Context]) -> list[Outcome]:
    """One question to a data source for each context, or one for all of them."""
    source = api.state.sources[step["dataSourceName"]]
    asked: list[Any] = [_request(step, one) for one in contexts]
    answers = _answers(api, step, source, asked, contexts)
    return [_response(step, one, asks, said) for one, asks, said in zip(contexts, asked, answers, strict=True)]


def _request(step: Step, context: Context) -> Any:
    """What the request wants; a Failure or an Early if it ends there. Without one, Lambda gets the whole context."""
    if is_code(step):
        return _request_of_code(step, context)
    text = step.get("requestMappingTemplate")
    if text is None:
        many = "BatchInvoke" if step.get("maxBatchSize") else "Invoke"
        return {"version": "2018-05-29", "operation": many, "payload": context.told()}
    try:
        wanted = filled(text, context)
    except Failure as failure:
        return failure
    if not isinstance(wanted, dict):
        return Failure("The request mapping template must give a JSON object.", "MappingTemplate")
    return wanted


def _request_of_code(step: Step, context: Context) -> Any:
    try:
        wanted = carry_out(step["code"], "request", context)
    except (Failure, Early) as ended:
        return ended
    return wanted if isinstance(wanted, dict) else Failure("The request handler must return an object.", "Code")


def _answers(api: Api, step: Step, source: dict[str, Any], asked: list[Any], contexts: list[Context]) -> list[Any]:
    """What the data source says to each; a Failure for each that fails."""
    batched = [
        index for index, one in enumerate(asked) if isinstance(one, dict) and one.get("operation") == "BatchInvoke"
    ]
    found: list[Any] = list(asked)
    if batched and source["type"] == "AWS_LAMBDA":
        size = int(step.get("maxBatchSize") or 0) or _USUAL_BATCH
        payloads = [asked[index].get("payload") for index in batched]
        for index, said in zip(batched, lambda_source.ask_for_many(source, payloads, size), strict=True):
            found[index] = said if step.get("requestMappingTemplate") or is_code(step) else _unwrapped(said)
    for index, one in enumerate(asked):
        if isinstance(one, Failure | Early) or (index in batched and source["type"] == "AWS_LAMBDA"):
            continue
        try:
            found[index] = _answer(api, source, one)
        except Failure as failure:
            found[index] = failure
    return found


def _answer(api: Api, source: dict[str, Any], asked: dict[str, Any]) -> Any:
    if source["type"] == "NONE":
        return asked.get("payload")
    if source["type"] == "AWS_LAMBDA":
        return lambda_source.ask(source, asked.get("payload"), asked.get("invocationType", "RequestResponse"))
    return dynamodb_source.ask(source, asked, api.place)


def _unwrapped(said: Any) -> Any:
    """A function that is called for many fields may tell an error for each.

    https://docs.aws.amazon.com/appsync/latest/devguide/tutorial-lambda-resolvers.html
    """
    if not isinstance(said, dict):
        return said
    if said.get("errorMessage"):
        return Failure(str(said["errorMessage"]), str(said.get("errorType") or ""), said.get("data"))
    return said["data"] if set(said) <= {"data", "errorMessage", "errorType", "errorInfo"} and "data" in said else said


def _response(step: Step, context: Context, asked: Any, said: Any) -> Outcome:
    """The value that the response template makes of an answer.

    Since version 2018-05-29 it sees errors too, as $ctx.error, and decides what becomes of them.
    """
    if isinstance(asked, Early):
        return Outcome(asked.value, context.appended, skips=asked.to_the_end)
    text = step.get("responseMappingTemplate")
    failed = isinstance(said, Failure)
    is_own = isinstance(asked, Failure)  # the request template has ended the field itself
    if failed and (is_own or not (text or is_code(step)) or asked.get("version") == _OLD_VERSION):
        return Outcome(None, [*context.appended, said], ended=True)
    context.error = {"message": said.message, "type": said.kind} if failed else None
    context.result = said.data if failed else said
    try:
        if is_code(step):
            value = carry_out(step["code"], "response", context)
        else:
            value = filled(text, context) if text is not None else said
    except Early as early:
        return Outcome(early.value, context.appended, skips=early.to_the_end)
    except Failure as failure:
        return Outcome(None, [*context.appended, failure], ended=True)
    return Outcome(value, context.appended)
