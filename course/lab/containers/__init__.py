"""Containers without Docker: images of true layers, a local Docker that builds and pushes them, and programs that run.

| file | what it holds |
|---|---|
| reference.py | names of images: registry, repository, tag, digest |
| layers.py | layers as bytes with their true digests |
| dockerfile.py | a Dockerfile as instructions |
| bases.py | the public images that the lab knows |
| image.py | an image: layers, configuration, manifest |
| build.py | `docker build`, with its cache |
| registry.py | `docker push` and `docker pull` by the calls of Amazon ECR |
| docker.py | `lab.docker(...)` and `lab.image(...)` |
| disk.py | the file system of a container: image, volumes, paths |
| process.py | a program that waits without holding anybody up |
| programs.py | what the command of a container means |
| http_server.py | Python's own web servers, without sockets |
| room.py | everything that makes this process look like the inside of a container |
"""
