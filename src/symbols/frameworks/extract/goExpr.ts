import type { Node } from 'web-tree-sitter';
import { before } from '../../../domain/cutText.ts';
import type { Expr } from '../expression.ts';
import { callExpr, deepest, longestList, memberOf, type FactsCollector } from './collector.ts';

/** A chain of calls is one expression, however long: its links count less than what is nested in it. */
const link = 0.25;

/** Reads what routes are written with in Go; everything else is `null`. */
export function readGoExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  const inner = (field: string): Expr =>
    readGoExpr(collector, node.childForFieldName(field), depth + 1);
  switch (node.type) {
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return goString(node.text);
    case 'identifier':
    case 'field_identifier':
    case 'type_identifier':
    case 'qualified_type':
      return { name: node.text };
    case 'selector_expression':
      return memberOf(
        readGoExpr(collector, node.childForFieldName('operand'), depth + link),
        node.childForFieldName('field')?.text ?? '',
      );
    case 'call_expression':
      return readGoCall(collector, node, depth);
    case 'composite_literal':
      return readComposite(collector, node, depth);
    case 'func_literal': {
      const fn = collector.declared(node);
      return fn === undefined ? null : { fn };
    }
    case 'unary_expression':
      return inner('operand');
    case 'index_expression':
    case 'type_instantiation_expression':
      return inner(node.type === 'index_expression' ? 'operand' : 'type');
    case 'parenthesized_expression':
    case 'literal_element':
      return readGoExpr(collector, node.namedChildren[0] ?? null, depth + 1);
    case 'type_assertion_expression':
    case 'type_conversion_expression': {
      // `handle[Request](create)` looks like a conversion to a generic type.
      const generic = node.childForFieldName('type')?.childForFieldName('type')?.text;
      if (generic !== undefined && node.type === 'type_conversion_expression')
        return callExpr(node, { name: generic }, [inner('operand')]);
      const type = node.childForFieldName('type')?.text;
      return type === undefined ? null : { type };
    }
    case 'binary_expression':
      return node.childForFieldName('operator')?.text === '+'
        ? { join: [inner('left'), inner('right')] }
        : null;
    default:
      return null;
  }
}

export function readGoCall(collector: FactsCollector, node: Node, depth = 0): Expr {
  const callee = node.childForFieldName('function');
  const given = argumentsOf(node);
  // `new(T)` makes what `&T{}` makes.
  if (callee?.text === 'new') return callExpr(node, { name: given[0]?.text ?? '' }, []);
  const args = given.map((argument) => readGoExpr(collector, argument, depth + 1));
  if (callee?.text === 'fmt.Sprintf') return formatted(args) ?? null;
  const call = callExpr(node, readGoExpr(collector, callee, depth + link), args);
  // All calls of a chain begin where the first does.
  return { ...call, at: callee?.endIndex ?? call.at };
}

export const argumentsOf = (call: Node): Node[] =>
  (call.childForFieldName('arguments')?.namedChildren ?? [])
    .filter((argument) => argument.type !== 'comment')
    .slice(0, longestList);

/** `T{a, b}` and `T{A: a}` are written like calls of T; lists and maps keep their form. */
function readComposite(collector: FactsCollector, node: Node, depth: number): Expr {
  const type = node.childForFieldName('type');
  const body = node.childForFieldName('body');
  if (type === null || body === null) return null;
  return readElements(collector, node, type, body, depth);
}

function readElements(
  collector: FactsCollector,
  node: Node,
  type: Node | null,
  body: Node,
  depth: number,
): Expr {
  const element = type?.childForFieldName('element') ?? type?.childForFieldName('value');
  const isMap = type?.type === 'map_type';
  const isList = /^(?:slice|array|implicit_length_array)_type$/.test(type?.type ?? '');
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  let computed = false;
  const read = (given: Node | null): Expr => {
    const value = given?.type === 'literal_element' ? (given.namedChildren[0] ?? null) : given;
    if (value?.type !== 'literal_value') return readGoExpr(collector, value, depth + 1);
    // The element's type may be left out: `[]Route{{"/x", list}}`, `Routes{{"/x", list}}`.
    return depth > deepest
      ? null
      : readElements(collector, value, element == null ? null : pointed(element), value, depth + 1);
  };
  for (const child of body.namedChildren.slice(0, longestList)) {
    if (child.type === 'comment') continue;
    if (child.type !== 'keyed_element') {
      args.push(read(child));
      continue;
    }
    const key = child.namedChildren[0]?.text ?? '';
    computed ||= !/^["`]/.test(key);
    named[/^["`]/.test(key) ? goString(key) : key] = read(child.namedChildren[1] ?? null);
  }
  if (isList) return { list: args };
  if (isMap) return { object: named, ...(computed ? { computed } : {}) };
  const name = type === null ? null : { name: before(type.text, '[') };
  return callExpr(node, name, args, named);
}

const pointed = (type: Node): Node =>
  type.type === 'pointer_type' ? (type.namedChildren[0] ?? type) : type;

/** `fmt.Sprintf("%s/users", prefix)`; undefined where a verb formats more than text. */
function formatted(args: readonly Expr[]): Expr | undefined {
  const [format, ...values] = args;
  if (typeof format !== 'string') return undefined;
  const parts: Expr[] = [];
  let at = 0;
  for (const match of format.matchAll(/%[sv%]|%/g)) {
    if (match[0] === '%') return undefined;
    parts.push(format.slice(at, match.index));
    parts.push(match[0] === '%%' ? '%' : (values.shift() ?? null));
    at = match.index + match[0].length;
  }
  parts.push(format.slice(at));
  return { join: parts.filter((part) => part !== '') };
}

/** Value of a string literal; escapes that no route has stay as they are written. */
export const goString = (literal: string): string =>
  literal.startsWith('`') ? literal.slice(1, -1) : literal.slice(1, -1).replace(/\\(["\\])/g, '$1');
