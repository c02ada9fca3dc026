"""A class that lies in an image can be derived from only by another that lies there too.

`super()` makes its method a closure, which no image can hold (boards/frozen): the class would be
made at import, and romcode refuses to derive it. `make test` has no 32-bit target to show that.
"""

import ast


def unfit(sources):
    """Classes that use super() and derive from a class of the application; `sources`: texts."""
    trees = [ast.parse(text) for text in sources]
    classes = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    own = {cls.name for cls in classes}
    return [
        cls.name
        for cls in classes
        if any(ast.unparse(base).rpartition(".")[2] in own for base in cls.bases)
        and any(isinstance(n, ast.Name) and n.id == "super" for n in ast.walk(cls))
    ]


def test_no_class_of_the_application_is_derived_by_super(repo):
    paths = [path for folder in ("firmware", "lib") for path in (repo / folder).rglob("*.py")]
    assert unfit(path.read_text() for path in paths) == []


def test_one_that_is_would_be_seen():
    base = "class Base:\n    pass\n"
    derived = "import base\nclass Own(base.Base):\n    def f(self):\n        super().f()\n"
    assert unfit([base, derived]) == ["Own"]
    assert unfit([base, derived.replace("super()", "base.Base")]) == []
    assert unfit([derived.replace("base.Base", "MQTTClient")]) == []
