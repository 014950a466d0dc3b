"""Remembers what libraries work out again and again with the same result, for all notebooks of a warm process.

Every function here depends on nothing but its arguments (or on a fact that is part of the key), so a notebook cannot
tell the difference but by its watch.
"""

from __future__ import annotations

import functools
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

text_sizes: dict[Any, tuple[float, float, float]] = {}
"""Width, height and descent of texts by all that they depend on."""
_FONT_SETTINGS = ("text.hinting", "text.hinting_factor", "font.sans-serif", "font.serif", "font.monospace")


def remember() -> None:
    """Put the remembering versions in place; boto3, moto and matplotlib must have been imported."""
    _remember_botocore()
    _remember_moto()
    _remember_text_sizes()


def _remember_botocore() -> None:
    """What boto3 reads from its files for each client, and writes into each request's user agent."""
    hooks: Any = importlib.import_module("botocore.hooks")
    agents: Any = importlib.import_module("botocore.useragent")
    loaders: Any = importlib.import_module("botocore.loaders")
    hooks.accepts_kwargs = functools.lru_cache(maxsize=None)(hooks.accepts_kwargs)
    agents.sanitize_user_agent_string_component = functools.lru_cache(maxsize=2_000)(
        agents.sanitize_user_agent_string_component
    )
    agents.UserAgentComponent.to_string = _method_remembered(agents.UserAgentComponent.to_string)
    _remember_event_names(hooks)
    load = loaders.JSONFileLoader.load_file
    cache: dict[str, Any] = {}

    def load_file(self: Any, file_path: str) -> Any:
        if file_path not in cache:
            cache[file_path] = load(self, file_path)
        return cache[file_path]

    loaders.JSONFileLoader.load_file = load_file
    _remember_services(loaders.Loader)


def _remember_event_names(hooks: Any) -> None:
    """What an event is really called, which each client of botocore works out for itself."""
    aliaser: Any = hooks.EventAliaser
    begin = aliaser.__init__
    shared: dict[str, str] = {}

    def __init__(self: Any, event_emitter: Any, event_aliases: Any = None) -> None:
        begin(self, event_emitter, event_aliases)
        if self._event_aliases == hooks.EVENT_ALIASES:
            self._alias_name_cache = shared

    aliaser.__init__ = __init__


def _method_remembered(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    remembered = functools.lru_cache(maxsize=2_000)(method)

    def to_string(self: Any) -> Any:
        return remembered(self)

    return to_string


def _remember_services(loader: Any) -> None:
    """Cache the list of services, as long as nobody has models of their own."""
    original = loader.list_available_services
    cache: dict[Any, list[str]] = {}

    def list_available_services(self: Any, type_name: str) -> list[str]:
        key = (tuple(self.search_paths), type_name, Path(self.CUSTOMER_DATA_PATH).is_dir())
        if key not in cache:
            cache[key] = original(self, type_name)
        return list(cache[key])

    loader.list_available_services = list_available_services


def _remember_moto() -> None:
    """Spellings of names, the operations that a service answers, and the date that time is counted from."""
    for name in ("camelcase_to_underscores", "camelcase_to_pascal", "underscores_to_camelcase"):
        _replace_everywhere("moto", name, functools.lru_cache(maxsize=10_000))
    _replace_everywhere("moto", "method_names_from_class", _names_remembered)
    _replace_everywhere("moto", "unix_time", _unix_time)


def _names_remembered(original: Callable[[Any], list[str]]) -> Callable[[Any], list[str]]:
    """Remember a class's methods for as long as it and the classes above it have as many names."""
    cache: dict[Any, list[str]] = {}

    def method_names_from_class(clazz: Any) -> list[str]:
        key = (clazz, *[len(vars(part)) for part in clazz.__mro__])
        if key not in cache:
            cache[key] = original(clazz)
        return list(cache[key])

    return method_names_from_class


def _unix_time(original: Callable[..., float]) -> Callable[..., float]:
    """Tell the time without two dates in between; with the lab's clock, too, which sets `time` and `datetime` alike."""
    utils: Any = importlib.import_module("moto.core.utils")
    dates: Any = utils.datetime

    def unix_time(dt: Any = None) -> float:
        if dt or utils.datetime is not dates:
            return original(dt)
        days, part = divmod(time.time_ns() // 1000, 86_400_000_000)
        seconds, micro = divmod(part, 1_000_000)
        return float(days * 86400 + (seconds + micro / 1e6))

    return unix_time


def _replace_everywhere(package: str, name: str, remembering: Callable[[Any], Any]) -> None:
    """Put one remembering version of a function wherever the package has imported it."""
    made: dict[Callable[..., Any], Callable[..., Any]] = {}
    for module in [module for key, module in list(sys.modules.items()) if key.partition(".")[0] == package]:
        function = vars(module).get(name)
        if callable(function):
            if function not in made:
                made[function] = remembering(function)
            setattr(module, name, made[function])


def _remember_text_sizes() -> None:
    """How large matplotlib's own renderer draws a text: it asks anew for each figure."""
    agg: Any = importlib.import_module("matplotlib.backends.backend_agg")
    fonts: Any = importlib.import_module("matplotlib.font_manager")
    settings: Any = importlib.import_module("matplotlib").rcParams
    measure = agg.RendererAgg.get_text_width_height_descent

    def get_text_width_height_descent(self: Any, s: Any, prop: Any, ismath: Any) -> Any:
        if ismath or type(s) is not str or len(s) > 200:
            return measure(self, s, prop, ismath)
        facts = (tuple(vars(prop).values()), self.dpi, len(fonts.fontManager.ttflist))
        key = (s, *facts, *(str(settings[name]) for name in _FONT_SETTINGS))
        size = text_sizes.get(key)
        if size is None:
            size = text_sizes[key] = measure(self, s, prop, ismath)
        return size

    agg.RendererAgg.get_text_width_height_descent = get_text_width_height_descent
