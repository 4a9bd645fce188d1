"""Whether a program behaves in Monty 1.4 as in CPython: an allow-list of what was tried in both and did not differ.

What differed and is not here: the text of some floats (shortest digits, ties), `round` to digits, methods as values,
sets in their order, messages of errors, classes, generators that are shown, recursion near the limit, text beyond ASCII
(two tables of Unicode). Limits of time and memory are each engine's own.
"""

import ast
import re

_BUILTINS_NAMES = """
    abs all any bool dict divmod enumerate filter int isinstance len list map max min pow print range reversed round
    set sorted str sum tuple zip True False None
"""
_BUILTINS = frozenset(_BUILTINS_NAMES.split())
# These are gone once looked at, or have an order of their own: only a consumer may see them.
_LAZY_CALLS = frozenset({"enumerate", "filter", "map", "reversed", "zip"})
_LAZY_METHODS = frozenset({"items", "keys", "values"})
_IN_ORDER = frozenset({"list", "tuple", "sorted", "sum", "max", "min", "any", "all", "dict"})
_ORDERLESS = frozenset({"sorted", "len"})
_METHODS_NAMES = """
    append clear copy count endswith extend find get index insert isalnum isalpha isdigit islower isspace isupper
    items join keys ljust lower lstrip partition pop remove removeprefix removesuffix replace reverse rfind rjust
    rpartition rsplit rstrip setdefault sort split splitlines startswith strip swapcase title update upper values
    zfill
"""
_METHODS = frozenset(_METHODS_NAMES.split())
_MATH_OF_INTS = frozenset({"comb", "factorial", "gcd", "isqrt", "lcm", "perm"})
_MATH = _MATH_OF_INTS | {
    "sqrt",
    "floor",
    "ceil",
    "trunc",
    "fabs",
    "exp",
    "log",
    "log10",
    "log2",
    "sin",
    "cos",
    "pi",
    "e",
}
_KINDS = frozenset({"int", "str", "float", "bool", "list", "dict", "tuple"})
_CAUGHT = frozenset({"IndexError", "KeyError", "TypeError", "ValueError", "ZeroDivisionError"})
_KEYWORDS = frozenset({"key", "reverse", "default", "sep", "end", "start", "strict"})
_SHOWS_DIGITS = re.compile(r"[<>^]?\d{0,3},?\.\d{1,2}[fe%]")
_AUGMENTS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_ESCAPES = ("\\u", "\\U", "\\x", "\\N", "\\0", "\\1", "\\2", "\\3")

_NODES: tuple[type[ast.AST], ...] = (
    *(ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.Pass, ast.Break, ast.Continue, ast.If, ast.For, ast.While),
    *(ast.Try, ast.ExceptHandler, ast.Assert, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Global),
    *(ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Call, ast.keyword, ast.Constant, ast.Name),
    *(ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Starred, ast.Lambda),
    *(ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.comprehension, ast.JoinedStr, ast.FormattedValue),
    *(ast.Import, ast.alias, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context, ast.Raise),
)


def fits(tree: ast.Module, code: str) -> bool:
    """Whether all of it is known to behave alike."""
    if not code.isascii() or any(each in code for each in _ESCAPES):
        return False
    return _Look(tree).fits()


class _Look:
    """One look at one tree."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._parents = {child: node for node in self._nodes for child in ast.iter_child_nodes(node)}
        self._defined = [node for node in self._nodes if isinstance(node, ast.FunctionDef)]
        self._functions = {node.name for node in self._defined}
        self._bound = {node.id for node in self._nodes if isinstance(node, ast.Name) and not _loads(node)}
        self._arguments = {node.arg for node in self._nodes if isinstance(node, ast.arg)}
        self._bound |= self._arguments
        self._modules = {each.name for node in self._nodes if isinstance(node, ast.Import) for each in node.names}
        self._floats = any(self._may_be_float(node) for node in self._nodes)

    def fits(self) -> bool:
        apart = not (self._bound & self._functions) and len(self._functions) == len(self._defined)
        shadowed = (self._bound | self._functions) & (_BUILTINS | _CAUGHT | self._modules | {"context"})
        return apart and not shadowed and all(isinstance(node, _NODES) and self._good(node) for node in self._nodes)

    def _good(self, node: ast.AST) -> bool:
        match node:
            case ast.Import(names=names):
                return all(each.name == "math" and each.asname is None for each in names)
            case ast.FunctionDef():
                return not node.decorator_list and self._calls_only_earlier(node) and self._is_top(node)
            case ast.keyword(arg="reverse" | "strict"):
                return isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
            case ast.keyword(arg="sep" | "end"):
                return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            case ast.AugAssign():
                return isinstance(node.op, _AUGMENTS) and self._augments_plainly(node)
            case ast.Lambda():
                parent = self._parents[node]
                return (isinstance(parent, ast.keyword) and parent.arg == "key") or self._maps(node)
            case ast.Raise():
                return isinstance(node.exc, ast.Call) and node.cause is None and self._raised(node.exc)
            case ast.ExceptHandler(type=kind, name=name):
                return name is None and isinstance(kind, ast.Name) and kind.id in _CAUGHT
            case ast.Name() if _loads(node):
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.Constant(value=value):
                return value is None or type(value) in (bool, int, str) or (type(value) is float and abs(value) < 1e300)
            case ast.Compare():
                return all(not isinstance(op, (ast.Is, ast.IsNot)) or _fixed(to) for op, to in _pairs(node))
            case ast.Set() | ast.SetComp():
                return self._seen_by(node, _ORDERLESS) or self._searched(node)
            case ast.GeneratorExp():
                return self._seen_by(node, _IN_ORDER) or self._joined(node)
            case ast.FormattedValue():
                return node.conversion == -1 and self._formatted(node)
            case (
                ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str())) | ast.BinOp(op=ast.Mod(), left=ast.JoinedStr())
            ):
                return False
            case (
                ast.BinOp(op=ast.LShift())
                | ast.BinOp(op=ast.BitOr())
                | ast.BinOp(op=ast.BitAnd())
                | ast.BinOp(op=ast.BitXor())
            ):
                return False
            case ast.Starred():
                return isinstance(node.ctx, ast.Store)
        return True

    def _augments_plainly(self, node: ast.AugAssign) -> bool:
        """Whether it is surely no list that is made longer, or by a number, which no list can be."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, (int, float)):
            return True
        if not isinstance(node.target, ast.Name) or node.target.id in self._arguments:
            return False
        name = node.target.id
        stores = [each for each in self._nodes if isinstance(each, ast.Name) and each.id == name and not _loads(each)]
        return all(self._stores_a_constant(each) for each in stores)

    def _stores_a_constant(self, store: ast.Name) -> bool:
        parent = self._parents[store]
        plain = isinstance(parent, ast.Assign) and isinstance(parent.value, ast.Constant)
        return plain or isinstance(parent, ast.AugAssign)

    def _name(self, node: ast.Name) -> bool:
        parent = self._parents[node]
        called = isinstance(parent, ast.Call) and parent.func is node
        if node.id in self._functions:
            return called or self._maps(node) or (isinstance(parent, ast.keyword) and parent.arg == "key")
        if node.id in _CAUGHT:
            return isinstance(parent, ast.ExceptHandler) or called
        if node.id in self._modules:
            return isinstance(parent, ast.Attribute)
        if node.id in _BUILTINS or node.id == "float":
            plain_key = (
                isinstance(parent, ast.keyword) and parent.arg == "key" and node.id in ("len", "abs", "str", "int")
            )
            return (called and node.id != "float") or plain_key or self._maps(node) or self._is_a_kind(node)
        return node.id in self._bound or node.id == "context"

    def _attribute(self, node: ast.Attribute) -> bool:
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            return node.attr in _MATH
        parent = self._parents[node]
        if not (node.attr in _METHODS and _loads(node) and isinstance(parent, ast.Call) and parent.func is node):
            return False
        return node.attr not in _LAZY_METHODS or self._consumed(parent)

    def _call(self, node: ast.Call) -> bool:
        if any(each.arg not in _KEYWORDS for each in node.keywords) or any(
            isinstance(a, ast.Starred) for a in node.args
        ):
            return isinstance(node.func, ast.Name) and node.func.id in self._functions and not _spreads(node)
        if not isinstance(node.func, ast.Name):
            return isinstance(node.func, ast.Attribute)
        name = node.func.id
        if name in _LAZY_CALLS:
            return self._consumed(node)
        if name == "set":
            return self._seen_by(node, _ORDERLESS) or self._searched(node)
        if name == "round":
            return len(node.args) == 1
        if name == "isinstance":
            return len(node.args) == 2 and isinstance(node.args[1], (ast.Name, ast.Tuple))
        if name == "print" and self._floats:
            return all(isinstance(each, (ast.Constant, ast.JoinedStr)) and not _is_float(each) for each in node.args)
        return name != "str" or not self._floats

    def _consumed(self, node: ast.AST) -> bool:
        """Whether what it yields is taken in order, at once."""
        parent = self._parents[node]
        if isinstance(parent, (ast.For, ast.comprehension)):
            return parent.iter is node
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id in _LAZY_CALLS:
            return self._consumed(parent)
        return self._seen_by(node, _IN_ORDER) or self._joined(node)

    def _seen_by(self, node: ast.AST, names: frozenset[str]) -> bool:
        parent = self._parents[node]
        return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id in names

    def _joined(self, node: ast.AST) -> bool:
        parent = self._parents[node]
        return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "join"

    def _searched(self, node: ast.AST) -> bool:
        parent = self._parents[node]
        return (
            isinstance(parent, ast.Compare)
            and node is not parent.left
            and isinstance(parent.ops[0], (ast.In, ast.NotIn))
        )

    def _maps(self, node: ast.AST) -> bool:
        """Whether it is the function of a `map` or a `filter`."""
        parent = self._parents[node]
        is_first = isinstance(parent, ast.Call) and bool(parent.args) and parent.args[0] is node
        digits = isinstance(node, ast.Name) and node.id in ("str", "float") and (self._floats or node.id == "float")
        return is_first and self._seen_by(node, frozenset({"map", "filter"})) and not digits

    def _is_a_kind(self, node: ast.Name) -> bool:
        """Whether it stands where `isinstance` wants a type."""
        parent = self._parents[node]
        call = self._parents[parent] if isinstance(parent, ast.Tuple) else parent
        asks = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "isinstance"
        return (
            node.id in _KINDS
            and asks
            and isinstance(call, ast.Call)
            and (node in call.args[1:] or parent in call.args[1:])
        )

    def _formatted(self, node: ast.FormattedValue) -> bool:
        if node.format_spec is None:
            return not self._floats
        match node.format_spec:
            case ast.JoinedStr(values=[ast.Constant(value=str(spec))]):
                return _SHOWS_DIGITS.fullmatch(spec) is not None
        return False

    def _raised(self, call: ast.Call) -> bool:
        plain = not call.keywords and len(call.args) <= 1 and all(isinstance(each, ast.Constant) for each in call.args)
        return plain and isinstance(call.func, ast.Name) and call.func.id in _CAUGHT

    def _calls_only_earlier(self, function: ast.FunctionDef) -> bool:
        """No recursion: the two engines come to its end at different depths."""
        at = next(index for index, each in enumerate(self._defined) if each is function)
        earlier = {each.name for each in self._defined[:at]}
        used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        return not (used & self._functions) - earlier

    def _is_top(self, node: ast.AST) -> bool:
        return isinstance(self._parents[node], ast.Module)

    def _may_be_float(self, node: ast.AST) -> bool:
        match node:
            case ast.Constant(value=float()) | ast.Name(id="context"):
                return True
            case ast.BinOp(op=ast.Div() | ast.Pow()) | ast.AugAssign(op=ast.Div() | ast.Pow()):
                return True
            case ast.Call(func=ast.Name(id="pow")):
                return True
            case ast.Attribute(value=ast.Name(id="math"), attr=name):
                return name not in _MATH_OF_INTS
        return False


def _loads(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _fixed(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _pairs(node: ast.Compare) -> list[tuple[ast.cmpop, ast.expr]]:
    return list(zip(node.ops, node.comparators, strict=True))


def _is_float(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _spreads(node: ast.Call) -> bool:
    return any(each.arg is None for each in node.keywords) or any(isinstance(each, ast.Starred) for each in node.args)
