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
  const label = labelOf(given[0]);
  const name = registeredName(
    label?.callee ?? callee.text,
    label?.text,
    given.at(-1)?.id === node.id,
  );
  if (name !== undefined) return { name, kind: 'arrow', anonymous: true };
  if (insideFunction(container)) return undefined;
  return { name: readable(`${callee.text} callback`), kind: 'arrow', anonymous: true };
}

/** The path that is given first; of a predicate (`route(GET("/x"), request -> …)`) with the predicate's name. */
function labelOf(first: Node | undefined): { text: string; callee?: string } | undefined {
  if (first?.type === 'string_literal') return { text: first.text.slice(1, -1) };
  let predicate = first;
  for (let inner = first; inner?.type === 'method_invocation';) {
    predicate = inner;
    inner = inner.childForFieldName('object') ?? undefined;
  }
  const callee = predicate?.childForFieldName('name')?.text;
  const text = predicate?.childForFieldName('arguments')?.namedChildren[0];
  return callee === undefined || text?.type !== 'string_literal'
    ? undefined
    : { text: text.text.slice(1, -1), callee };
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
