import type { Node } from 'web-tree-sitter';
import { insideFunction, makesSpan, readable, registeredName, type Container } from './language.ts';

/** A function in call-argument position: its made-up name, or the call whose place names it. */
export interface Argument {
  readonly name?: string;
  /** The name says only which call it is given to. */
  readonly loose?: true;
  /** The outermost wrapping call (`const handler = wrap(async () => …)`): named by its own place. */
  readonly target?: Node;
}

/** Calls that run what they are given within their line of thought. */
const inlineCalls =
  /(?:^|\.)(?:map|flatMap|filter|reduce|reduceRight|forEach|find|findIndex|findLast|findLastIndex|some|every|sort|toSorted|replace|replaceAll)$/;

/** Calls that give the function a router of its own: it is a part of the program by itself. */
const ownRouters = /(?:^|\.)(?:register|group)$/;

/** Calls whose result isn't the function they are given. */
const notWrappers =
  /(?:^|\.)(?:then|catch|finally|setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|from)$/;

/**
 * Callbacks are functions of their own where something registers them under a name, or where no function
 * contains them. Others (`items.map(x => …)`) belong to the function they are written in.
 */
export function declareArgument(
  node: Node,
  container: Container | undefined,
): Argument | undefined {
  let inner = node;
  let list = node.parent;
  let first: string | undefined;
  let wraps = true;
  while (list?.type === 'arguments') {
    const call: Node | null = list.parent;
    const callee = call?.childForFieldName('function') ?? call?.childForFieldName('constructor');
    if (call === null || callee == null) return undefined;
    const text = calleeText(callee);
    if (inlineCalls.test(text)) return undefined;
    if (makesSpan(text) && (first !== undefined || insideFunction(container))) return undefined;
    first ??= text;
    wraps &&= call.type === 'call_expression' && !notWrappers.test(text);
    const given = list.namedChildren.filter((child) => child.type !== 'comment');
    const last = given.at(-1)?.id === inner.id;
    const label = labelOf(given[0]) ?? chainedRoute(callee);
    const named = makesSpan(text)
      ? label && readable(`${text.slice(text.lastIndexOf('.') + 1)}('${label}') callback`)
      : registeredName(text, label, last);
    const name =
      named ??
      (label === undefined
        ? (computedRoute(text, given, last, node) ??
          describedRoute(text, given[0]) ??
          underConstant(text, given[0]))
        : undefined);
    if (name !== undefined) return { name };
    inner = call;
    list = call.parent;
  }
  if (first === undefined) return undefined;
  const loose =
    insideFunction(container) && !ownRouters.test(first)
      ? undefined
      : readable(`${first} callback`);
  return {
    ...(loose !== undefined && { name: loose, loose: true }),
    ...(wraps && { target: inner }),
  };
}

/** The member chain of a callee without arguments: `app.route('/x').get` → `app.route.get`. */
function calleeText(callee: Node): string {
  if (callee.type === 'identifier') return callee.text;
  const names: string[] = [];
  let at: Node | null = callee;
  while (at !== null && names.length < 8) {
    if (at.type === 'member_expression') {
      names.unshift(at.childForFieldName('property')?.text ?? '');
      at = at.childForFieldName('object');
    } else if (at.type === 'call_expression') at = at.childForFieldName('function');
    else {
      if (/^(?:identifier|this|super)$/.test(at.type)) names.unshift(at.text);
      break;
    }
  }
  return names.join('.');
}

function labelOf(first: Node | undefined): string | undefined {
  if (first?.type === 'string') return first.text.slice(1, -1);
  if (first?.type === 'template_string' && first.namedChildCount <= 1)
    return first.text.slice(1, -1);
  if (first?.type !== 'array') return undefined;
  const item = first.firstNamedChild;
  return item?.type === 'string' ? item.text.slice(1, -1) : undefined;
}

const constant = /(?:^|\.)[A-Z][A-Z0-9_]*$|^[A-Z]\w*\.\w+$/;
/** Calls of message brokers and job systems: their first argument is a queue, whatever it is called. */
const ofQueues = /(?:^|\.)(?:consume|Worker)$/;

/** `channel.consume(MAILS, fn)`: registered under what a constant names. */
function underConstant(callee: string, first: Node | undefined): string | undefined {
  if (first?.type !== 'identifier' && first?.type !== 'member_expression') return undefined;
  if (!constant.test(first.text) && !ofQueues.test(callee)) return undefined;
  return readable(`${callee.slice(callee.lastIndexOf('.') + 1)}(${first.text}) callback`);
}

/** `router.openapi(createRoute({ method: 'get', path: '/x' }), fn)`: what describes the route names it, written in place or not. */
function describedRoute(callee: string, description: Node | undefined): string | undefined {
  if (description === undefined || !/(?:^|\.)openapi$/.test(callee)) return undefined;
  const given = description.childForFieldName('arguments')?.firstNamedChild ?? description;
  const [method, path] = ['method', 'path'].map((key) => textOf(given, key));
  if (method !== undefined && path !== undefined)
    return readable(`${method.toUpperCase()} ${path} handler`);
  const isName = description.type === 'identifier' || description.type === 'member_expression';
  return readable(`openapi(${isName ? description.text : ''}) handler`);
}

/** A text among the properties of an object. */
function textOf(object: Node, key: string): string | undefined {
  const pair = object.namedChildren.find((c) => c.childForFieldName('key')?.text === key);
  const value = pair?.childForFieldName('value');
  return value?.type === 'string' ? value.text.slice(1, -1) : undefined;
}

const verbs = /\.(get|post|put|patch|delete|head|options|all)$/;

/**
 * `app.get(prefix + '/x', fn)`: the path as it is written names it; where that is long, only the verb. `cache.get(key, fn)` looks alike:
 * the path must show a slash, or the function take a request and a response.
 */
function computedRoute(
  callee: string,
  given: readonly Node[],
  last: boolean,
  handler: Node,
): string | undefined {
  const verb = verbs.exec(callee)?.[1];
  const [path] = given;
  if (verb === undefined || path === undefined || given.length < 2) return undefined;
  if (!computedPaths.has(path.type)) return undefined;
  const { text } = path;
  const parameters = handler.childForFieldName('parameters')?.namedChildCount ?? 0;
  if (!/['"`}][^'"`{}]*\//.test(text) && parameters < 2) return undefined;
  const written = text.length > 60 || text.includes('\n') ? '' : `${text} `;
  return readable(`${verb.toUpperCase()} ${written}${last ? 'handler' : 'middleware'}`);
}

const computedPaths: ReadonlySet<string> = new Set([
  'template_string',
  'binary_expression',
  'identifier',
  'member_expression',
  'regex',
  'array',
]);

/** `router.route('/x').get(fn).post(fn)`: the path stands at the start of the chain. */
function chainedRoute(callee: Node): string | undefined {
  let at: Node | null = callee;
  for (let steps = 0; at !== null && steps < 24; steps++) {
    if (at.type === 'member_expression') at = at.childForFieldName('object');
    else if (at.type === 'call_expression') {
      const called = at.childForFieldName('function');
      if (called?.childForFieldName('property')?.text === 'route')
        return labelOf(at.childForFieldName('arguments')?.firstNamedChild ?? undefined);
      at = called;
    } else return undefined;
  }
  return undefined;
}
