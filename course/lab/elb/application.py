"""Application load balancers: a request meets the rules of a listener, and the actions of the rule that fits.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final
from urllib.parse import quote

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.clock import clock
from course.lab.elb import access_logs, choice, lambda_targets, metrics, security_groups, servers, stickiness
from course.lab.elb.conditions import rule_for
from course.lab.elb.target_groups import LabTargetGroup, instance_of, names_of
from course.lab.elb.visit import Visit, from_balancer, own_answer, trace_id

_CONNECT_SECONDS: Final = 10.0
_WELL_KNOWN: Final = {"http": "80", "https": "443"}


def answer(kept: Any, visit: Visit) -> Answer:
    """The answer to the client; TimeoutError if the client gave up before it came."""
    visit.trace = trace_id(visit.sent)
    if len(visit.sent.headers.get("X-Forwarded-For", "").split(",")) > 30:
        given = own_answer(463)
    else:
        visit.rule, visit.looked_at = rule_for(visit.listener, visit.sent)
        given = _act(kept, visit)
    patience = visit.sent.patience
    took = clock.now().timestamp() - visit.began if visit.seconds < 0 else visit.seconds
    gave_up = patience is not None and took > patience
    if gave_up:
        given, visit.target_status, visit.seconds = own_answer(460), None, -1.0
    metrics_of(visit, given)
    access_logs.keep(visit, given)
    if gave_up:
        raise TimeoutError(f"No answer within {patience:g} seconds; the balancer noted status 460.")
    return given


def _act(kept: Any, visit: Visit) -> Answer:
    actions = sorted(visit.rule.actions, key=lambda one: int(one.data.get("Order") or 1))
    for action in actions:
        said = action.data
        if said["Type"] in ("authenticate-oidc", "authenticate-cognito"):
            visit.executed.append("authenticate")
            if (given := _authenticate(visit, said)) is not None:
                return given
        elif said["Type"] == "redirect":
            visit.executed.append("redirect")
            return _redirect(visit, said["RedirectConfig"])
        elif said["Type"] == "fixed-response":
            visit.executed.append("fixed-response")
            config = said["FixedResponseConfig"]
            body = config.get("MessageBody") or ""
            kind = {"Content-Type": config.get("ContentType") or "text/plain"}
            return Answer(int(config["StatusCode"]), from_balancer(kind, body), body.encode())
        elif said["Type"] == "forward":
            visit.executed.append("forward")
            return _forward(kept, visit, action)
    return own_answer(503)


def _redirect(visit: Visit, config: dict[str, Any]) -> Answer:
    """Parts that are not given stay as they were; `#{path}` and its like stand for the request's own."""
    sent = visit.sent
    own = {
        "protocol": visit.scheme,
        "host": sent.headers.get("Host", sent.host).partition(":")[0],
        "port": str(visit.listener.port),
        "path": sent.path.lstrip("/"),
        "query": sent.query,
    }

    def filled(name: str, default: str) -> str:
        text = str(config.get(name) or default)
        for key, value in own.items():
            text = text.replace(f"#{{{key}}}", value)
        return text

    scheme, query = filled("Protocol", "#{protocol}").lower(), filled("Query", "#{query}")
    address = f"{scheme}://{filled('Host', '#{host}')}:{filled('Port', '#{port}')}{filled('Path', '/#{path}')}"
    visit.redirect_url = f"{address}?{query}" if query else address
    plain = own_answer(int(str(config["StatusCode"]).removeprefix("HTTP_")))
    plain.headers["Location"] = visit.redirect_url
    return plain


def _authenticate(visit: Visit, action: dict[str, Any]) -> Answer | None:
    """Nobody can sign in here: a request is sent to sign in, refused, or let through, as the action says.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    """
    config = action.get("AuthenticateOidcConfig") or action.get("AuthenticateCognitoConfig") or {}
    what = config.get("OnUnauthenticatedRequest") or "authenticate"
    if what == "allow":
        return None
    if what == "deny":
        return own_answer(401)
    where = config.get("AuthorizationEndpoint")
    region = visit.balancer.arn.split(":")[3]
    if not where:
        domain = str(config.get("UserPoolDomain", ""))
        where = f"https://{domain}.auth.{region}.amazoncognito.com/oauth2/authorize"
    client = config.get("ClientId") or config.get("UserPoolClientId", "")
    host = visit.sent.headers.get("Host", visit.sent.host)
    back = quote(f"https://{host}/oauth2/idpresponse", safe="")
    plain = own_answer(302)
    plain.headers["Location"] = (
        f"{where}?client_id={client}&redirect_uri={back}&response_type=code&scope={config.get('Scope') or 'openid'}"
    )
    return plain


def _forward(kept: Any, visit: Visit, action: Any) -> Answer:
    named = stickiness.remembered_group(action, visit.sent)
    group = kept.target_groups.get(named) if named else None
    group = group or choice.group_for(kept, visit.rule, action)
    if group is None:
        return own_answer(503)
    visit.group = group
    keys = choice.candidates(visit.balancer, group, visit.node.zone)
    if not keys:
        return own_answer(503)
    key = stickiness.remembered_target(group, visit.sent, keys) or _pick(visit, group, keys)
    target = group.targets[key]
    instance = instance_of(group, target)
    if group.target_type != "lambda":
        visit.target = f"{instance.private_ip if instance is not None else target['Id']}:{target['Port']}"
    given = _ask_lambda(visit, group, target) if group.target_type == "lambda" else _ask_server(visit, group, key)
    if visit.target_status is not None:
        stickiness.set_cookies(given.headers, group, key, action, visit.scheme == "https")
    return given


def _pick(visit: Visit, group: LabTargetGroup, keys: list[str]) -> str:
    return choice.pick(group, keys, "" if choice.crosses_zones(visit.balancer, group) else visit.node.zone)


def _ask_lambda(visit: Visit, group: LabTargetGroup, target: dict[str, Any]) -> Answer:
    if len(visit.sent.body) > 1024 * 1024:
        return own_answer(413)
    ran = lambda_targets.ask(group, target, _as_forwarded(visit))
    visit.seconds, visit.error_reason = ran.seconds, ran.reason
    if ran.answer is None:
        return own_answer(502)
    visit.target_status = ran.answer.status
    return ran.answer


def _ask_server(visit: Visit, group: LabTargetGroup, key: str) -> Answer:
    target = group.targets[key]
    port = int(target["Port"])
    if not security_groups.lets_through(visit.balancer, group, target, port):
        visit.error_reason = "closed"  # nobody is told; the log shows a target that was never reached
        return own_answer(504)
    condition = group.conditions[key]
    condition.busy_until.append(float("inf"))
    try:
        heard = servers.ask(names_of(group, target), port, _as_forwarded(visit))
    finally:
        condition.busy_until.remove(float("inf"))
    end = visit.began + heard.seconds
    condition.busy_until.append(end)
    if heard.trouble in (servers.REFUSED, servers.CLOSED):
        visit.error_reason = heard.trouble
        return own_answer(502)
    idle = float(visit.balancer.attrs.get("idle_timeout.timeout_seconds", "60"))
    if heard.answer is None or heard.seconds > idle:
        return own_answer(504)
    if key not in group.targets and group.draining.get(key, (None, end))[1] < end:
        return own_answer(502)  # the deregistration delay ended before the answer came
    visit.seconds, visit.target_status = heard.seconds, heard.answer.status
    return Answer(heard.answer.status, heard.answer.headers.copy(), heard.answer.content)


def _as_forwarded(visit: Visit) -> Sent:
    """The request as the target gets it: from the balancer, with headers that tell of the client."""
    sent, attributes = visit.sent, visit.balancer.attrs
    headers = Headers(sent.headers.copy())
    mode = attributes.get("routing.http.xff_header_processing.mode", "append")
    if mode == "remove":
        headers.discard("X-Forwarded-For")
    elif mode == "append":
        with_port = str(attributes.get("routing.http.xff_client_port.enabled", "false")) == "true"
        own = f"{sent.source_ip}:{visit.client_port}" if with_port else sent.source_ip
        before = headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = f"{before}, {own}" if before else own
    headers["X-Forwarded-Proto"], headers["X-Forwarded-Port"] = visit.scheme, str(visit.listener.port)
    headers["X-Amzn-Trace-Id"] = visit.trace
    return dataclasses.replace(sent, headers=headers, source_ip=visit.node.private, is_secure=False)


def metrics_of(visit: Visit, given: Answer) -> None:
    """What CloudWatch learns of a request."""
    status, hundred = given.status, f"{given.status // 100}XX"
    values: dict[str, float] = {"NewConnectionCount": 1, "ActiveConnectionCount": 1}
    values["ProcessedBytes"] = len(visit.sent.body) + len(given.content)
    values["RuleEvaluations"] = max(0, visit.looked_at - 10)
    if "redirect" in visit.executed:
        values["HTTP_Redirect_Count"] = 1
    if "fixed-response" in visit.executed:
        values["HTTP_Fixed_Response_Count"] = 1
    metrics.count(visit.balancer, visit.node.zone, values)
    group = visit.group
    of_group: dict[str, float] = {}
    chosen = group is not None and (bool(visit.target) or group.target_type == "lambda")
    if chosen:
        of_group["RequestCount"] = 1.0
    if visit.target_status is not None:
        of_group[f"HTTPCode_Target_{visit.target_status // 100}XX_Count"] = 1.0
        of_group["TargetResponseTime"] = visit.seconds
    elif "fixed-response" not in visit.executed:
        of_group[f"HTTPCode_ELB_{hundred}_Count"] = 1.0
        if status in (500, 502, 503, 504):
            of_group[f"HTTPCode_ELB_{status}_Count"] = 1.0
        if visit.error_reason in ("refused", "closed"):
            of_group["TargetConnectionErrorCount"] = 1.0
        if visit.error_reason.startswith("Lambda"):
            of_group["LambdaUserError"] = 1.0
    if of_group:
        metrics.count(visit.balancer, visit.node.zone, of_group, group)
    if chosen and group is not None:
        metrics.per_target(visit.balancer, group, len(choice.candidates(visit.balancer, group, visit.node.zone)))
