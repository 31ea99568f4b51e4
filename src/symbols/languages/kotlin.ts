import type { Node } from 'web-tree-sitter';
import type { FunctionKind } from '../../domain/functionDecl.ts';
import {
  makesSpan,
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

const kinds: Readonly<Record<string, FunctionKind>> = {
  class_declaration: 'class',
  object_declaration: 'class',
  function_declaration: 'function',
  secondary_constructor: 'constructor',
};

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  if (node.type === 'lambda_literal') return declareLambda(node);
  const kind = kinds[node.type];
  if (kind === undefined) return undefined;
  if (kind === 'constructor') return { name: 'constructor', kind };
  const at = nameOf(node);
  if (at === undefined) return undefined;
  return {
    name: at.text,
    kind: kind === 'function' && container?.kind === 'class' ? 'method' : kind,
    at,
  };
}

/** The grammar reads the name of an extension function as a part of the type that it extends. */
function nameOf(node: Node): Node | undefined {
  const name =
    node.childForFieldName('name') ?? node.namedChildren.find((n) => n.type === 'identifier');
  if (name !== undefined && name.text !== '') return name;
  return node.namedChildren.find((n) => n.type === 'user_type')?.namedChildren.at(-1);
}

/** `GET("/users") { … }` and `GET("/users", { … })`. */
function declareLambda(node: Node): Declaration | undefined {
  let call = node.parent;
  while (
    call !== null &&
    ['annotated_lambda', 'value_argument', 'value_arguments'].includes(call.type)
  )
    call = call.parent;
  if (call?.type !== 'call_expression') return undefined;
  const inner = call.namedChildren[0];
  const named = inner?.type === 'call_expression' ? inner : call;
  const callee = named.namedChildren[0]?.text ?? '';
  const first = named.namedChildren.find((n) => n.type === 'value_arguments')?.namedChildren[0];
  const label = first?.namedChildren.at(-1);
  if (label?.type !== 'string_literal' || makesSpan(callee)) return undefined;
  const name = registeredName(callee, label.text.slice(1, -1), true);
  return name === undefined ? undefined : { name, kind: 'arrow', anonymous: true };
}

/** Members of a companion object belong to the class, as they are called. */
export const kotlin: LanguageDefinition = {
  id: 'kotlin',
  grammar: 'kotlin',
  grammarFolder: '@tree-sitter-grammars/tree-sitter-kotlin',
  extensions: ['.kt'],
  family: 'java',
  testFiles: /(?:Tests?|Spec|IT)\.kt$/,
  query: `[${Object.keys(kinds)
    .map((type) => `(${type})`)
    .join(' ')} (lambda_literal)] @declaration`,
  declare,
};
