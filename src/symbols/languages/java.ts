import type { Node } from 'web-tree-sitter';
import type { FunctionKind } from '../../domain/functionDecl.ts';
import {
  insideFunction,
  makesSpan,
  readable,
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

const kinds: Readonly<Record<string, FunctionKind>> = {
  class_declaration: 'class',
  interface_declaration: 'class',
  enum_declaration: 'class',
  record_declaration: 'class',
  annotation_type_declaration: 'class',
  method_declaration: 'method',
  constructor_declaration: 'constructor',
  compact_constructor_declaration: 'constructor',
};

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  if (node.type === 'lambda_expression') return declareLambda(node, container);
  const name = node.childForFieldName('name');
  const kind = kinds[node.type];
  if (name === null || kind === undefined) return undefined;
  return { name: name.text, kind, at: name };
}

function declareLambda(node: Node, container: Container | undefined): Declaration | undefined {
  const parent = node.parent;
  if (parent?.type === 'variable_declarator') {
    const name = parent.childForFieldName('name');
    return name === null ? undefined : { name: name.text, kind: 'arrow', at: name };
  }
  if (parent?.type !== 'argument_list') return undefined;
  const call = parent.parent;
  const callee = call?.childForFieldName('name') ?? call?.childForFieldName('type');
  if (callee == null || makesSpan(callee.text)) return undefined;
  const given = parent.namedChildren;
  const name = registeredName(
    callee.text,
    firstLabel(given)?.text.slice(1, -1),
    given.at(-1)?.id === node.id,
  );
  if (name !== undefined) return { name, kind: 'arrow', anonymous: true };
  if (insideFunction(container)) return undefined;
  return { name: readable(`${callee.text} callback`), kind: 'arrow', anonymous: true };
}

/** The first string, also of a predicate: `route(GET("/x"), request -> …)`. */
function firstLabel(given: readonly Node[]): Node | undefined {
  for (const child of given) {
    if (child.type === 'string_literal') return child;
    if (child.type === 'lambda_expression') return undefined;
  }
  return undefined;
}

/** Methods of anonymous classes are named after the method that contains them. */
export const java: LanguageDefinition = {
  id: 'java',
  grammar: 'java',
  extensions: ['.java'],
  family: 'java',
  testFiles: /(?:^|\/)[^/]*Tests?\.java$/,
  query: `[${Object.keys(kinds)
    .map((type) => `(${type})`)
    .join(' ')} (lambda_expression)] @declaration`,
  declare,
};
