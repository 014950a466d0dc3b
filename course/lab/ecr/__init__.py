"""ECR beyond moto: layers that stay, images by their true digests, tokens that end, lifecycle, scans, storage.

| file | what it holds |
|---|---|
| tokens.py | tokens to log in with |
| repository.py | repositories of moto, with what the lab keeps beside them |
| layers.py | layers go up in parts and come down by an address |
| images.py | manifests, tags that move or may not |
| lifecycle.py | policies that act by the clock, and their preview |
| lifecycle_rules.py | which policies are taken |
| scanning.py | basic scans, on push or on demand |
"""

from course.lab.ecr import images, layers, lifecycle, lifecycle_rules, scanning, tokens

__all__ = ["images", "layers", "lifecycle", "lifecycle_rules", "scanning", "tokens"]
