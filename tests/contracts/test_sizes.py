"""A module is one room, a function is read at a glance."""

import ast

from tests.contracts.sources import Source, sources

MODULE_LINES = 450
FUNCTION_LINES = 60
BANNED = ("utils", "helpers", "manager", "misc", "common")


def functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_modules_are_one_room() -> None:
    large = [f"{s.name}: {s.text.count(chr(10))} lines" for s in sources() if s.text.count("\n") > MODULE_LINES]
    assert not large, large


def test_functions_are_read_at_a_glance() -> None:
    long = [
        f"{source.name}:{one.lineno} {one.name}: {one.end_lineno - one.lineno + 1} lines"
        for source in sources()
        for one in functions(source)
        if one.end_lineno is not None and one.end_lineno - one.lineno + 1 > FUNCTION_LINES
    ]
    assert not long, long


def test_names_say_what_is_inside() -> None:
    empty_words = [s.name for s in sources() if s.module.rpartition(".")[2] in BANNED]
    assert not empty_words, empty_words


def test_each_module_says_what_it_is() -> None:
    silent = [s.name for s in sources() if not s.is_test and s.text and not ast.get_docstring(s.tree)]
    assert not silent, silent
