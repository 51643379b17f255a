import ast

from supervision.foundation.two_persons import CounterStep
from tests.architecture.test_layout import ROOT

TABLE = ROOT / "supervision/foundation/two_persons.py"


def named_in(source: str) -> set[str]:
    """Return the lines of the table that a module names."""
    tree = ast.walk(ast.parse(source))
    attributes = [each for each in tree if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)]
    return {each.attr for each in attributes if isinstance(each.value, ast.Name) and each.value.id == "CounterStep"}


def test_each_line_of_the_table_is_asked_for() -> None:
    modules = [path for path in (ROOT / "supervision").rglob("*.py") if path != TABLE]
    asked = set().union(*(named_in(path.read_text()) for path in modules))
    idle = {each.name for each in CounterStep} - asked
    assert not idle, f"{idle}: nobody asks; the command calls require_another with it, or the line goes ({TABLE.name})"


def test_a_line_that_nobody_names_is_seen() -> None:
    found = named_in("require_another(actor, CounterStep.ISSUE_NOTICE, taken, Refused)\nState.OPEN")
    assert found == {"ISSUE_NOTICE"}, "the test above is blind: mend named_in in this file"
