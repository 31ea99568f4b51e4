import type { Node } from 'web-tree-sitter';
import type { FunctionKind } from '../../domain/functionDecl.ts';
import {
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

const kinds: Readonly<Record<string, FunctionKind>> = {
  class_declaration: 'class',
  interface_declaration: 'class',
  trait_declaration: 'class',
  enum_declaration: 'class',
  function_definition: 'function',
  method_declaration: 'method',
};

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  const kind = kinds[node.type];
  if (kind === undefined) return declareClosure(node, container);
  const name = node.childForFieldName('name');
  if (name === null) return undefined;
  if (name.text === '__construct') return { name: name.text, kind: 'constructor', at: name };
  return { name: name.text, kind, at: name };
}

const verbs = /^(?:get|post|put|patch|delete|options|any)$/;

/** Closures with a name, and those registered for a route; others belong to what contains them. */
function declareClosure(node: Node, container: Container | undefined): Declaration | undefined {
  const { parent } = node;
  if (parent?.type === 'assignment_expression') {
    const name = parent.childForFieldName('left');
    return name === null ? undefined : { name: name.text, kind: 'arrow', at: name };
  }
  const list = parent?.type === 'argument' ? parent.parent : null;
  const call = list?.parent;
  const callee = call?.childForFieldName('name')?.text ?? '';
  if (list == null || !verbs.test(callee) || container?.kind === 'method') return undefined;
  const [first] = list.namedChildren;
  const label = first?.firstNamedChild;
  if (label?.type !== 'string' && label?.type !== 'encapsed_string') return undefined;
  const path = `/${label.text.slice(1, -1).replace(/^\//, '')}`;
  const name = registeredName(callee === 'any' ? 'all' : callee, path, true);
  return name === undefined ? undefined : { name, kind: 'arrow', anonymous: true, absolute: true };
}

/** PHP: https://www.php.net/manual/en/langref.php */
export const php: LanguageDefinition = {
  id: 'php',
  grammar: 'php',
  extensions: ['.php'],
  family: 'php',
  testFiles: /Test\.php$/,
  query: `[${Object.keys(kinds)
    .map((type) => `(${type})`)
    .join(' ')} (anonymous_function) (arrow_function)] @declaration`,
  declare,
};
