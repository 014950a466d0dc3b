"""Functions of libraries that hand out stack frames, or what is in them, to whoever calls them: tables for `warden`.

A step that one of them does counts as done by its caller. Found by looking through the standard library and the
packages of this course for `_getframe`, `currentframe` and the attributes that lead to frames.
"""

from __future__ import annotations

FILES = (
    "/inspect.py",
    "/bdb.py",
    "/pdb.py",
    "/asyncio/base_tasks.py",
    "/ctypes/__init__.py",
    "/IPython/core/debugger.py",
    "/IPython/core/doctb.py",
    "/IPython/core/ultratb.py",
    "/IPython/terminal/debugger.py",
    "/IPython/terminal/embed.py",
    "/IPython/utils/frame.py",
    "/executing/executing.py",
    "/fsspec/asyn.py",
    "/jsonpath_ng/_ply/lex.py",
    "/jsonpath_ng/_ply/yacc.py",
    "/numpy/distutils/misc_util.py",
    "/stack_data/core.py",
    "/stack_data/formatting.py",
    "/stack_data/serializing.py",
    "/stack_data/utils.py",
    "/tblib/__init__.py",
    "/tblib/pickling_support.py",
    "/werkzeug/debug/tbtools.py",
)
"""Files all of whose functions are such ones."""
FUNCTIONS = (
    ("/logging/__init__.py", "<lambda>", "currentframe"),
    ("/logging/__init__.py", "currentframe", "currentframe"),
    ("/types.py", "gi_frame", "gi_frame"),
    ("/types.py", "gi_frame", "cr_frame"),
)
"""The end of a file's name, a function in it, and a name by which it is called."""
GENERATORS = frozenset({"walk_stack", "walk_tb", "_walk_tb_with_full_positions"})
"""Generators of `traceback` that yield frames; only `traceback` itself may take them."""
BY_DEPTH = {
    "get_local_scope": ("/IPython/core/interactiveshell.py", "stack_depth", 1),
    "var_expand": ("/IPython/core/interactiveshell.py", "depth", 1),
    "__init__": ("/pandas/core/computation/scope.py", "level", 1),
    "parent_frame_namespace": ("/pydantic/_internal/_typing_extra.py", "parent_depth", 0),
}
"""Functions that give names from as many frames below as they are told: where, told by which argument, plus what."""
