import type { Node } from 'web-tree-sitter';
import {
  insideFunction,
  makesSpan,
  readable,
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  if (node.type === 'func_literal') return declareLiteral(node, container);
  const name = node.childForFieldName('name');
  if (name === null) return undefined;
  if (node.type === 'function_declaration') return { name: name.text, kind: 'function', at: name };
  const receiver = receiverType(node.childForFieldName('receiver'));
  return {
    name: receiver === undefined ? name.text : `${receiver}.${name.text}`,
    kind: 'method',
    at: name,
    absolute: true,
  };
}

/** `(s *Server[T])` → `Server`. */
function receiverType(receiver: Node | null): string | undefined {
  const type = receiver?.namedChildren
    .find((child) => child.type === 'parameter_declaration')
    ?.childForFieldName('type');
  return /[\p{L}_][\p{L}\p{N}_]*/u.exec(type?.text ?? '')?.[0];
}

function declareLiteral(node: Node, container: Container | undefined): Declaration | undefined {
  const parent = node.parent;
  switch (parent?.type) {
    case 'expression_list': {
      const statement = parent.parent;
      const names = statement?.childForFieldName('left') ?? statement?.childForFieldName('name');
      const index = parent.namedChildren.findIndex((child) => child.id === node.id);
      const name =
        names?.type === 'expression_list' ? (names.namedChild(index) ?? undefined) : names;
      if (name == null || name.id === parent.id) return undefined;
      return { name: readable(name.text), kind: 'function', at: name };
    }
    case 'literal_element':
    case 'keyed_element': {
      const element = parent.type === 'keyed_element' ? parent : parent.parent;
      const key = element?.type === 'keyed_element' ? element.firstNamedChild : undefined;
      if (key == null) return undefined;
      return { name: readable(key.text.replace(/^["`]|["`]$/g, '')), kind: 'function', at: key };
    }
    case 'argument_list':
      return declareArgument(node, parent, container);
    default:
      return undefined;
  }
}

/** A function given to a call: registered under the call's first string, else part of what contains it. */
function declareArgument(
  node: Node,
  argumentList: Node,
  container: Container | undefined,
): Declaration | undefined {
  let inner = node;
  let list: Node | null = argumentList;
  let first: string | undefined;
  // Wrappers on the way to the registration: `r.Get("/x", auth(func…))`.
  while (list?.type === 'argument_list') {
    const call: Node | null = list.parent;
    const callee = call?.childForFieldName('function');
    if (call === null || callee == null || makesSpan(callee.text)) return undefined;
    first ??= callee.text;
    const given = list.namedChildren.filter((child) => child.type !== 'comment');
    const last = given.at(-1)?.id === inner.id;
    const texts = given.filter((child) => child.type.endsWith('string_literal'));
    const [label, second] = texts.map((child) => child.text.slice(1, -1));
    const name =
      label !== undefined && second !== undefined && method.test(label)
        ? readable(`${label} ${second} ${last ? 'handler' : 'middleware'}`)
        : (registeredName(callee.text, label, last) ?? computedRoute(callee, given, inner, node));
    if (name !== undefined) return { name, kind: 'function', anonymous: true, absolute: true };
    inner = call;
    list = call.parent;
  }
  if (first === undefined || insideFunction(container)) return undefined;
  return { name: readable(`${first} callback`), kind: 'function', anonymous: true };
}

const method = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)$/;
const registers =
  /(?:^|\.)(Get|Post|Put|Patch|Delete|Head|Options|All|Any|Handle|HandleFunc|Handler|HandlerFunc|Method|MethodFunc|Add|Match|Route|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/;
const servesRequests = /ResponseWriter|\b(?:Context|Ctx|Router|RouterGroup)\b/;

/** `r.Get(prefix+"/x", func…)`: the path as it is written names it. `cache.Get(key, func…)` looks alike: its function takes no request. */
function computedRoute(
  callee: Node,
  given: readonly Node[],
  inner: Node,
  literal: Node,
): string | undefined {
  const member = registers.exec(callee.text)?.[1];
  if (member === undefined) return undefined;
  if (!servesRequests.test(literal.childForFieldName('parameters')?.text ?? '')) return undefined;
  const [path] = given;
  const written = path === undefined || path.id === inner.id ? chainedPath(callee) : path.text;
  return written === undefined || written.length > 60
    ? undefined
    : readable(`${member} ${written} handler`);
}

/** `r.Methods("GET").Path("/x").HandlerFunc(func…)`. */
function chainedPath(callee: Node): string | undefined {
  let at: Node | null | undefined = callee.childForFieldName('operand');
  for (let steps = 0; at?.type === 'call_expression' && steps < 8; steps += 1) {
    const text = at.childForFieldName('arguments')?.namedChildren[0]?.text ?? '';
    if (/^["`]\//.test(text)) return text.slice(1, -1);
    at = at.childForFieldName('function')?.childForFieldName('operand');
  }
  return undefined;
}

/** Methods are named after their receiver's type; `go func() {…}()` belongs to the function that starts it. */
export const go: LanguageDefinition = {
  id: 'go',
  grammar: 'go',
  extensions: ['.go'],
  family: 'go',
  testFiles: /_test\.go$/,
  query: '[(function_declaration) (method_declaration) (func_literal)] @declaration',
  declare,
};
