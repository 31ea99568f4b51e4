import type { Node } from 'web-tree-sitter';
import { before } from '../../domain/cutText.ts';
import {
  insideFunction,
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  switch (node.type) {
    case 'function_item':
      return declareFunction(node, container);
    case 'impl_item':
    case 'trait_item':
      return declareType(node);
    default:
      return declareClosure(node, container);
  }
}

function declareFunction(node: Node, container: Container | undefined): Declaration | undefined {
  const name = node.childForFieldName('name');
  if (name === null) return undefined;
  const from = firstAttribute(node);
  const kind = container?.kind === 'class' ? 'method' : 'function';
  return { name: inModules(node, name.text), kind, at: name, ...(from && { from }) };
}

/** An `impl` block stands for its type: what is in it are methods, also those of a trait. */
function declareType(node: Node): Declaration | undefined {
  const type = node.childForFieldName('type') ?? node.childForFieldName('name');
  const name = type === null ? undefined : baseType(type);
  if (type === null || name === undefined) return undefined;
  return { name: inModules(node, name), kind: 'class', at: type };
}

/** `a::Server<T>` → `Server`, `&'a mut T` → `T`. */
const baseType = (type: Node): string | undefined =>
  /\b(\w+)\s*$/.exec(before(type.text, '<'))?.[1];

/** Names of the inline modules between a node and what contains it lead its own. */
function inModules(node: Node, name: string): string {
  let qualified = name;
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.type === 'function_item' || at.type === 'impl_item' || at.type === 'trait_item') break;
    if (at.type === 'mod_item')
      qualified = `${at.childForFieldName('name')?.text ?? ''}.${qualified}`;
  }
  return qualified;
}

/** Attributes are siblings before the item. */
function firstAttribute(node: Node): Node | undefined {
  let first: Node | undefined;
  for (let at = node.previousNamedSibling; at !== null; at = at.previousNamedSibling) {
    if (at.type === 'line_comment' || at.type === 'block_comment') continue;
    if (at.type !== 'attribute_item') break;
    first = at;
  }
  return first;
}

/** Closures with a name, and those registered for a route; others belong to what contains them. */
function declareClosure(node: Node, container: Container | undefined): Declaration | undefined {
  const { parent } = node;
  if (parent?.type === 'let_declaration') {
    const name = parent.childForFieldName('pattern');
    return name?.type === 'identifier' ? { name: name.text, kind: 'arrow', at: name } : undefined;
  }
  const name = parent?.type === 'arguments' ? registration(parent) : undefined;
  if (name === undefined) return undefined;
  const absolute = !insideFunction(container) || !name.endsWith(' callback');
  return { name, kind: 'arrow', anonymous: true, ...(absolute && { absolute }) };
}

const verb = /^(?:get|post|put|delete|patch|head|options|any)$/;
const outermost = 16;

/** `.route("/x", get(|| …).post(|| …))`, `web::resource("/x").route(web::get().to(|| …))`. */
function registration(list: Node): string | undefined {
  let method: string | undefined;
  let at: Node | null = list.parent;
  for (let steps = 0; at !== null && steps < outermost; steps += 1) {
    if (at.type === 'call_expression') {
      const callee = at.childForFieldName('function');
      const member = /\b(\w+)$/.exec(callee?.text ?? '')?.[1] ?? '';
      if (verb.test(member)) method ??= member;
      else if (member === 'to')
        method ??= /\b(get|post|put|delete|patch|head)\(\)/.exec(callee?.text ?? '')?.[1] ?? 'any';
      const label = at
        .childForFieldName('arguments')
        ?.namedChildren.find((n) => n.type === 'string_literal');
      if (method !== undefined && label !== undefined)
        return registeredName(method === 'any' ? 'all' : method, label.text.slice(1, -1), true);
      const resource = /\bresource\(\s*"([^"]*)"\s*\)/.exec(callee?.text ?? '');
      if (method !== undefined && resource !== null)
        return registeredName(method === 'any' ? 'all' : method, resource[1], true);
    } else if (at.type !== 'arguments' && at.type !== 'field_expression') return undefined;
    at = at.parent;
  }
  return undefined;
}

/** Macros aren't expanded: functions that one writes are not seen. https://doc.rust-lang.org/reference/items.html */
export const rust: LanguageDefinition = {
  id: 'rust',
  grammar: 'rust',
  extensions: ['.rs'],
  family: 'rust',
  testFiles: /(?:^|\/)(?:tests|benches)\.rs$|_tests?\.rs$|(?:^|\/)benches\//,
  query: '[(function_item) (impl_item) (trait_item) (closure_expression)] @declaration',
  declare,
};
