import type { Node } from 'web-tree-sitter';
import type { CallExpr, Expr } from '../expression.ts';
import { vocabularyOf } from '../registry.ts';
import { callExpr, deepest, longestList, memberOf, type FactsCollector } from './collector.ts';

export const functionTypes: ReadonlySet<string> = new Set([
  'arrow_function',
  'function_expression',
  'function',
  'function_declaration',
  'generator_function',
  'generator_function_declaration',
  'method_definition',
  'class',
  'class_declaration',
]);

const wrappers: ReadonlySet<string> = new Set([
  'parenthesized_expression',
  'await_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'type_assertion',
]);

export function unwrap(node: Node): Node {
  let inner = node;
  while (wrappers.has(inner.type)) {
    const children = inner.namedChildren;
    const next = inner.type === 'type_assertion' ? children.at(-1) : children[0];
    if (next === undefined) return inner;
    inner = next;
  }
  return inner;
}

/** Reads what routes are written with; everything else is `null`. */
export function readExpr(collector: FactsCollector, given: Node | null, depth = 0): Expr {
  if (given === null || depth > deepest) return null;
  const node = unwrap(given);
  if (functionTypes.has(node.type)) {
    const fn = collector.declared(node);
    return fn === undefined ? null : { fn };
  }
  const read = readers[node.type];
  return read === undefined ? null : read(collector, node, depth + 1);
}

const longestChain = 500;

type Read = (collector: FactsCollector, node: Node, depth: number) => Expr;

const nameOf: Read = (_, node) => ({ name: node.text });

const readCallOf =
  (field: string): Read =>
  (collector, given, depth) => {
    const node = chainRoot(given);
    if (node.id !== given.id) return readExpr(collector, node, depth);
    const callee = readExpr(collector, node.childForFieldName(field), depth);
    const module = requiredModule(node);
    if (module !== undefined) return { module };
    return callAt(node, callee, argumentsOf(collector, node, depth));
  };

const readers: Readonly<Record<string, Read>> = {
  string: (_, node) => stringValue(node),
  template_string: (collector, node, depth) => ({
    join: templateParts(collector, node, depth),
  }),
  identifier: nameOf,
  this: nameOf,
  meta_property: nameOf,
  true: nameOf,
  false: nameOf,
  shorthand_property_identifier: nameOf,
  member_expression: (collector, node, depth) => {
    const property = node.childForFieldName('property')?.text ?? '';
    return memberOf(readExpr(collector, node.childForFieldName('object'), depth), property);
  },
  subscript_expression: (collector, node, depth) => {
    const object = node.childForFieldName('object');
    const item = readExpr(collector, object, depth);
    const fromEnd = /^([\w$]+)\.length\s*-\s*(\d)$/.exec(
      node.childForFieldName('index')?.text ?? '',
    );
    if (fromEnd !== null && fromEnd[1] === object?.text)
      return memberOf(item, `-${fromEnd[2] ?? ''}`);
    const key = readExpr(collector, node.childForFieldName('index'), depth);
    return typeof key === 'string' ? memberOf(item, key) : { item, key };
  },
  call_expression: readCallOf('function'),
  new_expression: readCallOf('constructor'),
  binary_expression: (collector, node, depth) => {
    const operator = node.childForFieldName('operator')?.text ?? '';
    if (!/^(?:\+|\|\||\?\?)$/.test(operator)) return null;
    const left = readExpr(collector, node.childForFieldName('left'), depth);
    const right = readExpr(collector, node.childForFieldName('right'), depth);
    return operator === '+' ? { join: [left, right] } : { either: left, otherwise: right };
  },
  array: (collector, node, depth) => ({
    list: node.namedChildren
      .filter((child) => child.type !== 'comment')
      .slice(0, longestList)
      .map((child) => readExpr(collector, child, depth)),
  }),
  object: readObject,
  regex: (_, node) => ({ pattern: node.text }),
  // `router.get(path, ...handlers)`: read as the list itself.
  spread_element: (collector, node, depth) =>
    readExpr(collector, node.namedChildren[0] ?? null, depth),
};

/** The calls of a chain begin at the same place: each is where its arguments are. */
function callAt(node: Node, callee: Expr, args: Expr[]): CallExpr {
  const call = callExpr(node, callee, args);
  const list = node.childForFieldName('arguments');
  return list === null ? call : { ...call, line: list.startPosition.row, at: list.startIndex };
}

/** A call as it is written: unlike `readExpr`, which takes a chain of registrations for its first link. */
export const readCall = (collector: FactsCollector, call: Node): CallExpr =>
  callAt(
    call,
    readExpr(
      collector,
      call.childForFieldName('function') ?? call.childForFieldName('constructor'),
    ),
    argumentsOf(collector, call),
  );

const chained = vocabularyOf('javascript').chained;

/** `new Hono().get(…).post(…)`: registrations give the router again, so the whole chain is its first link. */
function chainRoot(given: Node): Node {
  let node = given;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const callee = node.type === 'call_expression' ? node.childForFieldName('function') : null;
    if (callee?.type !== 'member_expression') break;
    const name = callee.childForFieldName('property')?.text ?? '';
    const object = callee.childForFieldName('object');
    if (object === null || !chained.has(name)) break;
    const inner = unwrap(object);
    if (inner.type !== 'call_expression' && inner.type !== 'new_expression') break;
    // `.route('/x')` fixes the path of what follows it.
    const list = node.childForFieldName('arguments')?.namedChildren ?? [];
    if (name === 'route' && list.length === 1 && list[0]?.type !== 'object') break;
    node = inner;
  }
  return node;
}

export function argumentsOf(collector: FactsCollector, call: Node, depth = 0): Expr[] {
  const list = call.childForFieldName('arguments');
  return (list?.namedChildren ?? [])
    .filter((child) => child.type !== 'comment')
    .slice(0, longestList)
    .map((child) => readExpr(collector, child, depth));
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');

export const stringValue = (node: Node): string => unescaped(node.text.slice(1, -1));

/** Module name of `require('x')` or `import('x')`. */
export function requiredModule(node: Node): string | undefined {
  if (node.type !== 'call_expression') return undefined;
  const callee = node.childForFieldName('function');
  if (callee?.type !== 'import' && callee?.text !== 'require') return undefined;
  const argument = node.childForFieldName('arguments')?.namedChildren[0];
  return argument?.type === 'string' ? stringValue(argument) : undefined;
}

function templateParts(collector: FactsCollector, node: Node, depth: number): Expr[] {
  const parts: Expr[] = [];
  let at = node.startIndex + 1;
  const { text } = node;
  const literal = (from: number, to: number): void => {
    if (to > from) parts.push(unescaped(text.slice(from - node.startIndex, to - node.startIndex)));
  };
  for (const child of node.namedChildren) {
    if (child.type !== 'template_substitution') continue;
    literal(at, child.startIndex);
    parts.push(readExpr(collector, child.namedChildren[0] ?? null, depth));
    at = child.endIndex;
  }
  literal(at, node.endIndex - 1);
  return parts.length === 0 ? [''] : parts;
}

function readObject(collector: FactsCollector, node: Node, depth: number): Expr {
  const object: Record<string, Expr> = {};
  const spread: Expr[] = [];
  for (const child of node.namedChildren.slice(0, longestList)) {
    if (child.type === 'pair') {
      const key = child.childForFieldName('key');
      if (key === null) continue;
      const name = key.type === 'string' ? stringValue(key) : key.text;
      object[name] = readExpr(collector, child.childForFieldName('value'), depth);
    } else if (child.type === 'shorthand_property_identifier')
      object[child.text] = { name: child.text };
    else if (child.type === 'method_definition') {
      const name = child.childForFieldName('name')?.text;
      if (name !== undefined) object[name] = readExpr(collector, child, depth);
    } else if (child.type === 'spread_element')
      spread.push(readExpr(collector, child.namedChildren[0] ?? null, depth));
  }
  return spread.length === 0 ? { object } : { object, spread };
}
