"""Small programs at random, of the kind that a model writes: numbers, text, lists, dicts, loops, functions."""

from hypothesis import strategies as st

# No number is so big that a list of that length would be a question of limits, which are each engine's own.
_INTS = st.integers(-50, 50) | st.sampled_from([0, 1, 12345])
_FLOATS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)) | st.sampled_from([0.1, 2.675, -0.0, 1e16])
_WORDS = st.text("abc XYZ,.;'\"\\-_0123456789", max_size=8)
_NAMES = st.sampled_from(["a", "b", "c", "xs", "d", "t"])


def _atoms() -> st.SearchStrategy[str]:
    return (
        _INTS.map(repr) | _FLOATS.map(repr) | _WORDS.map(repr) | _NAMES | st.sampled_from(["True", "None", "[]", "{}"])
    )


_BINARY = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in"]
_ONE_OPERAND = """
    len(@)|sum(@)|sorted(@)|str(@)|int(@)|abs(@)|max(@)|min(@)|list(@)|tuple(@)|round(@)|not @|-(@)|bool(@)|range(@)
    (@).upper()|(@).split()|(@).strip()|(@).title()|(@).replace('a', 'bb')|(@).find('a')|(@).count('a')|','.join(@)
    (@)[0]|(@)[1:]|(@)[::-1]|list(reversed(@))|sorted(set(@))|len(set(@))|[x for x in @]|sum(x for x in @)|any(@)
    all(@)|{k: 1 for k in @}|list(enumerate(@))|list(map(str, @))|sorted(@, key=lambda v: str(v))|isinstance(@, int)
    f'{@}'|f'<{@:.2f}>'|sorted((@).items())|list((@).values())|(@).get('a', 0)|dict(@)|math.sqrt(@)|math.floor(@)
    twice(@)|list(zip(@, xs))|divmod(@, 3)|pow(2, @)|max(@, default=0)|list(filter(None, @))|(@).index('a')
"""
_ONE = [each for line in _ONE_OPERAND.strip().splitlines() for each in line.strip().split("|")]


def _bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two, three = st.tuples(inner, inner), st.tuples(inner, inner, inner)
    binary, one = st.sampled_from(_BINARY), st.sampled_from(_ONE)
    return st.one_of(
        st.tuples(inner, binary, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(one, inner).map(lambda t: t[0].replace("@", t[1])),
        st.lists(inner, max_size=4).map(lambda each: f"[{', '.join(each)}]"),
        two.map(lambda t: f"({t[0]}, {t[1]})"),
        two.map(lambda t: f"{{'a': {t[0]}, 'b': {t[1]}}}"),
        two.map(lambda t: f"{{{t[0]}: {t[1]}}}"),
        three.map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
    )


EXPRESSIONS = st.recursive(_atoms(), _bigger, max_leaves=6)


_CHANGES = ["xs.extend(@)", "xs[1:2] = @", "a, b = @", "a, *b = @", "d.update(@)", "xs.insert(0, @)", "xs.remove(@)"]
_CHANGES += [
    "xs.pop(@)",
    "d.setdefault('k', @)",
    "d.pop(@, None)",
    "xs.sort(key=len)",
    "xs.sort(reverse=True)",
    "a = b = @",
]
_CHANGES += [
    "xs *= 2",
    "a -= 1",
    "d['a'] += 1",
    "raise ValueError('so')",
    "print(2**70 * 3, -(2**65) // 7, 10**30 % 97)",
    "xs = xs + @",
    "t = t[:-1] + (@,)",
    "c = (@)[-1]",
]


def _statements() -> st.SearchStrategy[str]:
    two = st.tuples(_NAMES, EXPRESSIONS)
    return st.one_of(
        two.map(lambda t: f"{t[0]} = {t[1]}"),
        two.map(lambda t: f"{t[0]} += {t[1]}"),
        EXPRESSIONS.map(lambda e: f"print({e})"),
        EXPRESSIONS.map(lambda e: f"print({e}, 'end', sep='|')"),
        two.map(lambda t: f"for i in {t[1]}:\n    {t[0]} = i\n    if i == 3:\n        break\nelse:\n    print('else')"),
        two.map(lambda t: f"if {t[1]}:\n    {t[0]} = 1\nelse:\n    {t[0]} = 'no'"),
        two.map(
            lambda t: (
                f"try:\n    {t[0]} = {t[1]}\nexcept (ValueError):\n    print('caught')\nfinally:\n    print('at last')"
            )
        ),
        two.map(lambda t: f"try:\n    {t[0]} = {t[1]}\nexcept TypeError:\n    {t[0]} = 'type'"),
        two.map(lambda t: f"xs.append({t[1]})\n{t[0]} = xs"),
        two.map(lambda t: f"d[{t[1]}] = {t[0]}"),
        two.map(lambda t: f"assert {t[1]}, 'not so'"),
        st.tuples(st.sampled_from(_CHANGES), EXPRESSIONS).map(lambda t: t[0].replace("@", t[1])),
        EXPRESSIONS.map(lambda e: f"n = 0\nfor i in {e}:\n    n += i\nprint(n)"),
    )


_BEGIN = """import math
def twice(n, by=2):
    return n * by
a, b, c = 3, 'one two', 2.5
xs, d, t = [3, 1, 2], {'a': 1}, (1, 'x')
"""
_BEGIN_WHOLE = _BEGIN.replace("2.5", "7")

PROGRAMS = st.tuples(
    st.sampled_from([_BEGIN, _BEGIN_WHOLE, _BEGIN_WHOLE]), st.lists(_statements(), max_size=5), EXPRESSIONS
).map(lambda t: t[0] + "\n".join([*t[1], t[2]]))
