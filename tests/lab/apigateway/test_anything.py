"""Whatever a client sends and whatever a template says: there is an answer, or a fault with words."""

import contextlib
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course import lab
from course.lab.apigateway import http_api_lambda, rest_lambda_proxy
from course.lab.apigateway.exchange import Headers, Sent
from course.lab.apigateway.http_api_call import RefusedByHttpApi
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.velocity import TemplateError, from_json, render
from tests.lab.apigateway.sample import Api

PIECES = st.sampled_from(
    ["$a", "${a", "}", "$a.b", ".c(", ")", "[0]", "['k']", "#set(", "$x =", "#if(", "#else", "#elseif(", "#end",
     "#{end}", "#foreach(", " in ", "#break", "#macro(", "##", "#*", "*#", "#[[", "]]#", "'", '"', "1", "-", "..",
     "+", "/ 0", "&&", "!", "==", "<", "null", "{", ":", ",", "\n", "\\", "\\$", "$", "#", "é", ".size()",
     ".replaceAll('(', 'x')", ".substring(9)", ".get('z')", ".charAt(99)", "${a|", "$!", ".put('q', $a)"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=14).map("".join), JSON)
def test_a_template_renders_or_names_its_fault(template, value):
    with contextlib.suppress(TemplateError):
        assert isinstance(render(template, {"a": from_json(value)}), str)


@CALM
@given(st.text(max_size=60).filter(lambda text: not set(text) & set("$#\\")))
def test_text_without_signs_stays_as_it_is(text):
    assert render(text, {}) == text


def test_any_request_gets_an_answer():
    api = Api()
    validator = api.client.create_request_validator(restApiId=api.id, name="v", validateRequestBody=True)["id"]
    api.client.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema='{"type": "object"}')
    for method in ("GET", "POST"):
        api.method(method, "/{proxy+}", requestValidatorId=validator, requestModels={"application/json": "Pet"}).mock(
            "$input.params() $input.path('$') $input.json('$.a') $input.body $context.identity.userAgent"
        )
    api.deploy()

    @CALM
    @given(
        st.sampled_from(["GET", "POST", "HEAD", "TRACE", "weird"]),
        st.text(max_size=20),
        st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=3),
        st.binary(max_size=40) | st.sampled_from([b'{"a": 1}', b"[]", b"null"]),
    )
    def ask(method, path, headers, body):
        given = lab.http(method, api.url(f"/{path}"), headers=headers, body=body)
        assert 200 <= given.status < 600

    ask()


RESULTS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "statusCode": st.integers(-5, 700) | st.sampled_from(["200", "٢", "", True, None, 2.5, [], {}]),
        "body": st.none() | st.text(st.characters(), max_size=4) | JSON,
        "headers": st.none() | JSON | st.dictionaries(st.text(max_size=3), JSON, max_size=2),
        "multiValueHeaders": JSON | st.dictionaries(st.text(max_size=3), st.lists(JSON, max_size=2), max_size=2),
        "isBase64Encoded": st.booleans(),
        "cookies": JSON,
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RESULTS, st.sampled_from(["*/*", "image/png"]))
def test_whatever_a_function_answers_the_gateway_has_a_status(result, accept):
    sent = Sent("GET", "host", "/", headers=Headers({"Accept": accept}))
    call = SimpleNamespace(
        sent=sent, snapshot=SimpleNamespace(binary_media_types=("image/png",)), say=lambda line: None
    )
    with contextlib.suppress(Refused):
        assert 100 <= rest_lambda_proxy.read(result, call).status <= 599
    for version in ("1.0", "2.0"):
        with contextlib.suppress(RefusedByHttpApi):
            assert 100 <= http_api_lambda.read(result, version).status <= 599
