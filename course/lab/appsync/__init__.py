"""AppSync: GraphQL that runs.

Moto keeps APIs, keys, tags and caches. Here a schema is read and checked, data sources, functions and resolvers are
kept, and an API answers at its address:

| file | what it does |
|---|---|
| operations.py | the calls of boto3 that are answered here |
| apis.py, keys.py, schemas.py | APIs with their addresses, API keys, schemas |
| sources.py, resolvers.py | data sources; functions and resolvers, as they are written down |
| sdl.py, scalars.py | a schema document with AWS's scalars and directives |
| store.py | what is kept for an API |
| door.py, serving.py | a request arrives, is read and checked |
| callers.py, lambda_authorizer.py, access.py | who sends it, and which fields may they see |
| execution.py, selection.py | a GraphQL document is carried out, level by level |
| resolving.py, templates.py, template_tools.py | one field: its templates and its pipeline |
| javascript_code.py, javascript_rules.py, util.js | the same in JavaScript (APPSYNC_JS) |
| lambda_source.py, dynamodb_source.py, roles.py | what a data source is asked, and by which role |
| realtime.py | subscriptions over `lab.websocket` |

Not run: HTTP, OpenSearch, RDS and EventBridge data sources, merged APIs, caching.
"""
