"""CodeArtifact: domains, repositories in front of others, package versions, and an index that pip's protocol reads.

https://docs.aws.amazon.com/codeartifact/latest/ug/welcome.html

| file | what it does |
|---|---|
| store.py | domains, repositories, package versions; each asset is kept once for a domain |
| operations.py | domains, repositories, upstreams, connections, tokens, policies |
| packages.py | publish, list, copy, delete package versions |
| searching.py | finding a version upstream, and who keeps it |
| public.py | the few packages that stand for the public repositories |
| index_door.py | `requests.get(endpoint + "simple/NAME/")`: the index for Python packages, and twine's upload |
"""
