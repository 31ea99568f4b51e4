import type { Node } from 'web-tree-sitter';
import {
  insideClass,
  insideFunction,
  readable,
  type Container,
  type Declaration,
} from './language.ts';
import { declareArgument } from './ecmascriptArgument.ts';

export const ecmascriptTestFiles = /\.(?:test|spec|cy)\.[cm]?[jt]sx?$/;

/** Nodes that may declare a function or a class, the same in all four grammars. */
export const ecmascriptQuery = (more = ''): string => `
  [(function_declaration) (generator_function_declaration) (function_expression)
   (generator_function) (arrow_function) (method_definition)] @function
  [(class_declaration) (class)] @class
  ${more}`;

export function declareEcmascript(
  node: Node,
  container: Container | undefined,
): Declaration | undefined {
  switch (node.type) {
    case 'class_declaration':
    case 'abstract_class_declaration':
    case 'class':
      return declareClass(node);
    case 'function_declaration':
    case 'generator_function_declaration':
      return declareFunction(node);
    case 'method_definition':
      return declareMethod(node, container);
    default:
      return declareExpression(node, container);
  }
}

function declareClass(node: Node): Declaration | undefined {
  const name = node.childForFieldName('name');
  const exported = exportOf(node);
  const from = exported?.childForFieldName('decorator') == null ? undefined : exported;
  if (name !== null) return { name: name.text, kind: 'class', at: name, ...(from && { from }) };
  if (exported !== undefined) return { name: 'default', kind: 'class' };
  const place = placeOf(node);
  return place && { name: place.name, kind: 'class', at: place.at };
}

function declareFunction(node: Node): Declaration | undefined {
  const name = node.childForFieldName('name');
  const exported = exportOf(node);
  if (name === null) return exported && { name: 'default', kind: 'function' };
  const from = firstSignature(exported ?? node, name.text);
  return { name: name.text, kind: 'function', at: name, ...(from && { from }) };
}

const exportOf = (node: Node): Node | undefined => {
  const parent = node.parent;
  return parent?.type === 'export_statement' ? parent : undefined;
};

function declareMethod(node: Node, container: Container | undefined): Declaration | undefined {
  const name = node.childForFieldName('name');
  if (name === null) return undefined;
  const own = nameOf(name);
  const parent = node.parent;
  if (parent?.type === 'object') {
    const path = objectPath(parent);
    return { name: path === '' ? own : `${path}.${own}`, kind: 'method', at: name };
  }
  const from = firstDecorator(node) ?? firstSignature(node, own);
  const common = { name: own, at: name, ...(from && { from }) };
  if (own === 'constructor' && container?.kind === 'class')
    return { ...common, kind: 'constructor' };
  const first = node.children.find((child) => child.type === 'get' || child.type === 'set');
  const accessor = first !== undefined && first.startIndex < name.startIndex;
  return { ...common, kind: accessor ? 'accessor' : 'method' };
}

/** TypeScript's `namespace A.B { … }` leads the names of what stands directly in it; what is inside of that has its container's. */
export function declareInNamespace(
  node: Node,
  container: Container | undefined,
): Declaration | undefined {
  const declared = declareEcmascript(node, container);
  if (declared === undefined || declared.absolute === true || container !== undefined)
    return declared;
  let name = declared.name;
  for (let at = node.parent; at !== null && at.type !== 'program'; at = at.parent)
    if (at.type === 'internal_module') name = `${at.childForFieldName('name')?.text ?? ''}.${name}`;
  return { ...declared, name };
}

/** Overload signatures belong to the implementation that follows them. */
export const attachesToNext = (statement: Node): boolean =>
  (statement.type === 'export_statement' ? statement.childForFieldName('declaration') : statement)
    ?.type === 'function_signature';

function firstSignature(node: Node, name: string): Node | undefined {
  let first: Node | undefined;
  for (let at = node.previousNamedSibling; at !== null; at = at.previousNamedSibling) {
    if (at.type === 'comment') continue;
    const signature = at.type === 'export_statement' ? at.childForFieldName('declaration') : at;
    const isSignature =
      signature?.type === 'function_signature' || signature?.type === 'method_signature';
    if (!isSignature || signature.childForFieldName('name')?.text !== name) break;
    first = at;
  }
  return first;
}

/** Decorators of a method are its siblings in the class body. */
function firstDecorator(node: Node): Node | undefined {
  let first: Node | undefined;
  for (let at = node.previousNamedSibling; at !== null; at = at.previousNamedSibling) {
    if (at.type === 'comment') continue;
    if (at.type !== 'decorator') break;
    first = at;
  }
  return first;
}

/** `function` and arrow expressions: named by their place. */
function declareExpression(node: Node, container: Container | undefined): Declaration | undefined {
  const kind = node.type === 'arrow_function' ? 'arrow' : 'function';
  const optioned = routeOptions(node);
  if (optioned !== undefined)
    return { name: optioned, kind, at: firstToken(node), anonymous: true, ...alone(container) };
  const place = placeOf(node);
  if (place !== undefined) {
    const { name, at, from } = place;
    return { name, kind, at, ...(from && { from }) };
  }
  const argument = declareArgument(node, container);
  if (argument !== undefined) {
    const { target, ...rest } = argument;
    const named = target === undefined ? undefined : placeOf(target);
    if (named !== undefined) return { name: named.name, kind, at: named.at };
    // A name that only says which call it is given to is worth less than the function's own.
    const loose = rest.loose === true && node.childForFieldName('name') !== null;
    if (rest.name !== undefined && !loose)
      return {
        name: rest.name,
        kind,
        at: firstToken(node),
        anonymous: true,
        ...(rest.loose === undefined && alone(container)),
      };
  }
  const own = node.childForFieldName('name');
  if (own !== null) return { name: own.text, kind, at: own };
  if (insideFunction(container) || !isCalledAtOnce(node)) return undefined;
  return { name: '(immediate function)', kind, at: firstToken(node), anonymous: true };
}

const alone = (container: Container | undefined) =>
  insideClass(container) ? {} : { absolute: true as const };

/** `fastify.route({ method: 'GET', url: '/x', handler: async () => {} })`. */
function routeOptions(node: Node): string | undefined {
  const pair = node.parent;
  const object = pair?.type === 'pair' ? pair.parent : null;
  if (object?.parent?.type !== 'arguments') return undefined;
  const callee = object.parent.parent?.childForFieldName('function');
  if (callee?.childForFieldName('property')?.text !== 'route') return undefined;
  const options = new Map<string, string>();
  for (const child of object.namedChildren) {
    const value = child.type === 'pair' ? child.childForFieldName('value') : null;
    if (value?.type === 'string')
      options.set(child.childForFieldName('key')?.text ?? '', value.text.slice(1, -1));
  }
  const path = options.get('url') ?? options.get('path');
  if (path === undefined) return undefined;
  const role = pair?.childForFieldName('key')?.text ?? 'handler';
  return readable(`${options.get('method') ?? ''} ${path} ${role}`);
}

const firstToken = (node: Node): Node => node.firstChild ?? node;

const isCalledAtOnce = (node: Node): boolean => {
  const parent = node.parent;
  return parent?.type === 'parenthesized_expression' && parent.parent?.type === 'call_expression';
};

interface Place {
  readonly name: string;
  readonly at: Node;
  readonly from?: Node;
}

/** The name a value gets from where it stands: variable, field, property, assignment, default export. */
function placeOf(value: Node): Place | undefined {
  let inner = value;
  let parent = value.parent;
  while (parent !== null && transparent.has(parent.type)) {
    inner = parent;
    parent = parent.parent;
  }
  switch (parent?.type) {
    case 'variable_declarator': {
      const name = parent.childForFieldName('name');
      return name?.type === 'identifier' ? { name: name.text, at: name } : undefined;
    }
    case 'public_field_definition':
    case 'field_definition': {
      const name = parent.childForFieldName('name') ?? parent.childForFieldName('property');
      return name === null ? undefined : { name: nameOf(name), at: name, from: parent };
    }
    case 'pair': {
      const key = parent.childForFieldName('key');
      if (key === null || parent.parent === null) return undefined;
      const path = objectPath(parent.parent);
      return { name: path === '' ? nameOf(key) : `${path}.${nameOf(key)}`, at: key };
    }
    case 'assignment_expression': {
      const left = parent.childForFieldName('left');
      return left === null || left.id === inner.id
        ? undefined
        : { name: assignedName(left), at: left };
    }
    case 'export_statement':
      return { name: 'default', at: value };
    default:
      return undefined;
  }
}

const transparent = new Set(['parenthesized_expression', 'as_expression', 'satisfies_expression']);

/** `exports.create` → `create`, `Cart.prototype.add` → `Cart.add`, `this.run` → `run`. */
const assignedName = (left: Node): string =>
  readable(
    left.text
      .replace(/^(?:module\.)?exports\.(?=.)/, '')
      .replace(/\.prototype\./, '.')
      .replace(/^this\./, ''),
  );

const nameOf = (name: Node): string =>
  readable(name.type === 'string' ? name.text.slice(1, -1) : name.text);

/** Names that lead to an object literal: `const handlers = { users: {…} }` → `handlers.users`. */
function objectPath(object: Node): string {
  const names: string[] = [];
  let at: Node | null = object;
  while (at !== null) {
    let parent: Node | null = at.parent;
    while (parent !== null && transparent.has(parent.type)) parent = parent.parent;
    if (parent?.type !== 'pair') {
      const place: Place | undefined = placeOf(at);
      if (place !== undefined && place.name !== 'module.exports') names.unshift(place.name);
      break;
    }
    const key = parent.childForFieldName('key');
    if (key !== null) names.unshift(nameOf(key));
    at = parent.parent;
  }
  return names.join('.');
}
