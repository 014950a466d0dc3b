"""API Gateway in the lab: a deployed stage answers HTTP requests, and a WebSocket stage talks to clients.

The control plane is moto's, with its gaps closed (control.py, control_http.py). What happens to a request is here:

| file | what it does |
|---|---|
| exchange.py, http.py, requests_seam.py | a request and its answer; how `lab.http` and `requests` get in |
| front_door.py | which API and stage a URL means |
| rest_*.py | REST APIs: route, authorize, validate, cache, integrate; rest_invoke.py says in which order |
| usage.py, throttle.py, canary.py, validation.py | keys and quotas, token buckets, shares of traffic, models |
| gateway_responses.py, refused.py | what the gateway answers by itself |
| lambda_target.py, tokens.py, signature.py | functions, JSON Web Tokens and signatures, for all kinds of APIs |
| http_api_*.py | HTTP APIs |
| websocket_*.py | WebSocket APIs and the connections of their clients |
| velocity/ | the template language of mapping templates |

https://docs.aws.amazon.com/apigateway/latest/developerguide/welcome.html
"""
