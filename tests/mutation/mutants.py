# SPDX-License-Identifier: Apache-2.0
"""Makes mutants of a C source: copies that differ in one place.

Only code is changed: no comment, string, include or header. Of the preprocessor
lines, only a number that is the whole value of a macro is changed.
"""
import re

TOKEN = re.compile(r'''
    (?P<define>\#\s*define\s+\w+\s+(?P<number>\d\w*)\s*$)
  | (?P<skip>\#(?:\\\n|[^\n])* | /\*.*?\*/ | //[^\n]* | \s+)
  | (?P<text>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*')
  | (?P<name>[A-Za-z_]\w*)
  | (?P<value>\d\w*)
  | (?P<sign>->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||\.\.\.|.)
''', re.VERBOSE | re.DOTALL | re.MULTILINE)
FUNCTION = re.compile(r'^[A-Za-z_][^;{}#=]*?\b(\w+)\([^;{}]*\)\s*\{',
                      re.MULTILINE)
EXCHANGED = {
    '==': '!=', '!=': '==', '<': '<=', '<=': '<', '>': '>=', '>=': '>',
    '&&': '||', '||': '&&', '+=': '-=', '-=': '+=', '|=': '&=', '&=': '|=',
    '++': '--', '--': '++', 'true': 'false', 'false': 'true',
}
BINARY = {'+': '-', '-': '+', '&': '|', '|': '&'}
TYPES = {'bool', 'char', 'const', 'int', 'long', 'mode_t', 'size_t', 'ssize_t',
         'static', 'struct', 'unsigned', 'capmask', 'uint64_t', 'uint32_t'}
KEYWORDS = TYPES | {'break', 'case', 'continue', 'default', 'do', 'else', 'for',
                    'goto', 'if', 'return', 'sizeof', 'switch', 'while'}


class Token:
    def __init__(self, kind, text, start):
        self.kind, self.text, self.start = kind, text, start
        self.end = start + len(text)


class Mutant:
    """The text from start to end is replaced by `new`."""

    def __init__(self, source, start, end, new):
        first = source.text.rfind('\n', 0, start) + 1
        last = source.text.find('\n', end)
        self.source, self.start, self.end, self.new = source, start, end, new
        self.line = source.text.count('\n', 0, start) + 1
        self.function = source.function_at(start)
        before, after = source.text[first:start], source.text[end:last]
        self.was = one_line(source.text[first:last])
        self.becomes = one_line(before + new + after)

    def text(self):
        text = self.source.text
        return text[:self.start] + self.new + text[self.end:]

    def key(self):
        return (self.source.path, self.function, self.was, self.becomes)


def one_line(text):
    return ' '.join(text.split())


class Source:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.functions = [(m.start(), m.group(1))
                          for m in FUNCTION.finditer(text)]
        self.tokens = []
        self.defines = []
        for m in TOKEN.finditer(text):
            if m.lastgroup == 'define' or m.group('number'):
                self.defines.append(Token('value', m.group('number'),
                                          m.start('number')))
            elif not m.group('skip'):
                self.tokens.append(Token(m.lastgroup, m.group(), m.start()))

    def function_at(self, offset):
        name = '-'
        for start, function in self.functions:
            if start > offset:
                break
            name = function
        return name

    def mutants(self):
        found = [change for token in self.defines
                 for change in self.numbers(token)]
        for i, token in enumerate(self.tokens):
            found += self.at_token(i, token)
        return [Mutant(self, *change) for change in found]

    def text_at(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ''

    def at_token(self, i, token):
        if token.kind == 'text':
            return []
        found = []
        if token.text in EXCHANGED and self.is_code(i):
            found.append((token.start, token.end, EXCHANGED[token.text]))
        if token.text in BINARY and self.is_operand(i - 1):
            found += self.binary(i, token)
        if token.text in '!~' and self.is_code(i):
            found.append((token.start, token.end, ''))
        if token.text in ('if', 'while') and self.text_at(i + 1) == '(':
            found += self.negated(i + 1)
        if token.kind == 'value' and not self.is_fixed(i):
            changes = self.numbers(token)
            # -1 means failed or none; so does -2.
            found += changes[1:] if self.is_minus(i - 1) else changes
        if self.starts_statement(i):
            found += self.statement(i)
        return found

    def is_code(self, i):
        return self.function_at(self.tokens[i].start) != '-'

    def is_operand(self, i):
        return self.tokens[i].kind in ('name', 'value') and \
            self.tokens[i].text not in KEYWORDS or \
            self.tokens[i].text in (')', ']')

    def is_minus(self, i):
        return self.text_at(i) == '-' and not self.is_operand(i - 1)

    def binary(self, i, token):
        found = [(token.start, token.end, BINARY[token.text])]
        right = self.tokens[i + 1]
        # One flag of several is left out.
        if token.text == '|' and right.text.isupper():
            found.append((token.start, right.end, ''))
        return found

    def negated(self, i):
        close = self.closing(i)
        start, end = self.tokens[i].end, self.tokens[close].start
        return [(start, end, '!(' + self.text[start:end] + ')')]

    def closing(self, i):
        depth = 0
        while True:
            depth += {'(': 1, ')': -1}.get(self.tokens[i].text, 0)
            if not depth:
                return i
            i += 1

    def is_fixed(self, i):
        """The 0 of { 0 } and of a return; the size of an array."""
        if self.text_at(i - 1) == '{' and self.text_at(i + 1) == '}':
            return True
        if self.text_at(i - 1) == 'return' or self.text_at(i - 2) == 'return':
            return self.text_at(i + 1) == ';'
        if self.text_at(i - 1) != '[':
            return False
        while i and self.text_at(i) not in (';', '{', '}', ',', '('):
            i -= 1
        return self.text_at(i + 1) in TYPES

    @staticmethod
    def numbers(token):
        m = re.fullmatch(r'(0x[0-9A-Fa-f]+|\d+)([uUlL]*)', token.text)
        if not m:
            return []
        digits, suffix = m.groups()
        octal = len(digits) > 1 and digits.isdigit() and digits[0] == '0'
        number = int(digits, 8 if octal else 0)
        others = (number + 1, number - 1) if number else (1,)
        return [(token.start, token.end, f'{other}{suffix}')
                for other in others]

    def starts_statement(self, i):
        before = self.text_at(i - 1)
        if before == ')':
            return self.ends_condition(i - 1)
        return before in ('{', '}', ';', 'else', 'do') and \
            self.is_code(i) and self.depth(i) == 0

    def ends_condition(self, i):
        depth = 0
        while i >= 0:
            depth += {')': 1, '(': -1}.get(self.tokens[i].text, 0)
            if not depth:
                return self.text_at(i - 1) in ('if', 'while', 'for')
            i -= 1
        return False

    def depth(self, i):
        """Of parentheses: the clauses of a for are no statements."""
        depth = 0
        while i > 0:
            i -= 1
            if self.text_at(i) in ('{', '}'):
                break
            depth += {'(': 1, ')': -1}.get(self.text_at(i), 0)
        return depth

    def statement(self, i):
        first, second = self.text_at(i), self.text_at(i + 1)
        end = i
        while self.text_at(end) != ';':
            if end >= len(self.tokens) or self.text_at(end) in ('{', '}'):
                return []
            end += 1
        start, end = self.tokens[i].start, self.tokens[end].end
        gone = [(start, end, ';')]
        if first == 'return':
            return self.returned(start, end, gone)
        if first in ('break', 'continue'):
            return gone
        if first in ('*', '++', '--') or \
                self.tokens[i].kind == 'name' and first not in KEYWORDS and \
                second in ('(', '=', '->', '.', '[', '++', '--', '+=', '-=',
                           '|=', '&='):
            return gone
        return []

    def returned(self, start, end, gone):
        text = one_line(self.text[start:end])
        if text == 'return 0;':
            return [(start, end, 'return -1;')]
        if text == 'return -1;':
            return [(start, end, 'return 0;')] + gone
        return gone if text.startswith('return err_') else []
