"""Pages on the plugin API: hooks, and the types they speak of."""

from __future__ import annotations

from types import ModuleType

from core.hookspecs.version import API_VERSION
from core.pluginhost import signatures
from core.pluginhost.host import SPEC_MODULES
from core.reference.markdown import code, page, prose

VERSION = f"{API_VERSION[0]}.{API_VERSION[1]}"
POLICIES = {
    "isolate": "a failure is counted and shown with the plugin, its contribution is dropped, the others go on",
    "fail_closed": "a failure is a no",
    "fail_fast": "a failure ends the start, naming the plugin",
}


def hooks_page() -> str:
    """All hooks, by family."""
    intro = (
        f"Plugin API {VERSION}. A plugin implements hooks with `@hookimpl` from `core.api` in its `hooks.py`. Names "
        "say what they are: `register_<things>` yields descriptors, `on_<thing>_<past participle>` tells, "
        "`decide_<question>` votes. Hooks are plain functions that return at once; the order of plugins never decides."
    )
    return page("Hooks", intro, *(_family(module) for module in SPEC_MODULES))


def types_page() -> str:
    """All descriptors, protocols and enumerations."""
    parts = [_type(one) for one in signatures.declared_types()]
    return page("Types", f"Plugin API {VERSION}. All of these are imported from `core.api`.", *parts)


def _family(module: ModuleType) -> str:
    title = module.__name__.rpartition(".")[2].capitalize()
    family = [(name, one) for name, one in signatures.hooks() if one.__module__ == module.__name__]
    parts = [f"## {title}\n\n{prose(module)}"]
    for name, function in family:
        marks = vars(function)
        policy = str(marks["eyrie_policy"])
        facts = f"Policy `{policy}`: {POLICIES[policy]}. Since API {marks['eyrie_added']}."
        parts.append(
            f"### {name}\n\n{code('def ' + signatures.signature(name, function))}\n{prose(function)}\n{facts}\n"
        )
    return "\n".join(parts)


def _type(one: type) -> str:
    lines = "\n".join(signatures.members(one))
    return f"## {one.__name__}\n\n{prose(one)}" + (f"\n{code(lines)}" if lines else "")
