import type { Node } from 'web-tree-sitter';
import { before } from '../../domain/cutText.ts';
import type { FunctionKind } from '../../domain/functionDecl.ts';
import {
  insideFunction,
  registeredName,
  type Container,
  type Declaration,
  type LanguageDefinition,
} from './language.ts';

const kinds: Readonly<Record<string, FunctionKind>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  struct_declaration: 'class',
  interface_declaration: 'class',
  method_declaration: 'method',
  constructor_declaration: 'constructor',
  local_function_statement: 'function',
};

function declare(node: Node, container: Container | undefined): Declaration | undefined {
  if (node.type === 'lambda_expression') return declareLambda(node, container);
  if (node.type === 'property_declaration') return declareProperty(node);
  const name = node.childForFieldName('name');
  const kind = kinds[node.type];
  return name === null || kind === undefined ? undefined : { name: name.text, kind, at: name };
}

/** Properties that compute: those that only store are no functions. */
function declareProperty(node: Node): Declaration | undefined {
  const name = node.childForFieldName('name');
  const value = node.childForFieldName('value');
  const accessors = node.childForFieldName('accessors')?.namedChildren ?? [];
  const computes =
    value?.type === 'arrow_expression_clause' ||
    accessors.some((accessor) => accessor.childForFieldName('body') !== null);
  return name === null || !computes ? undefined : { name: name.text, kind: 'accessor', at: name };
}

/** Lambdas with a name, and those registered for a route; others belong to what contains them. */
function declareLambda(node: Node, container: Container | undefined): Declaration | undefined {
  const { parent } = node;
  if (parent?.type === 'variable_declarator') {
    const name = parent.childForFieldName('name');
    return name === null ? undefined : { name: name.text, kind: 'arrow', at: name };
  }
  const list = parent?.type === 'argument' ? parent.parent : null;
  const call = list?.parent;
  const callee = call?.childForFieldName('function');
  if (list?.type !== 'argument_list' || call == null || callee == null) return undefined;
  const member = before((callee.childForFieldName('name') ?? callee).text, '<');
  const given = list.namedChildren.map((argument) => argument.namedChildren.at(-1));
  const label = given.find((one) => one?.type === 'string_literal')?.text.slice(1, -1);
  const registers = /^Map(?:[A-Z]\w*)?$/.test(member);
  if (!registers && insideFunction(container)) return undefined;
  const verb = /^Map(?:Methods)?$/.test(member)
    ? 'all'
    : registers
      ? member.slice('Map'.length)
      : member;
  const path = label === undefined || /^[/~]/.test(label) || !registers ? label : `/${label}`;
  const name = registeredName(verb, path, given.at(-1)?.id === node.id);
  return name === undefined
    ? undefined
    : { name, kind: 'arrow', anonymous: true, ...(registers && { absolute: true }) };
}

/** Attributes are part of what they stand before: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/ */
export const csharp: LanguageDefinition = {
  id: 'csharp',
  grammar: 'c-sharp',
  extensions: ['.cs'],
  family: 'csharp',
  testFiles:
    /(?:^|\/)[^/]*Tests?(?:\.cs$|\/)|\.(?:Unit|Integration|Functional|Acceptance)?Tests?\//,
  query: `[${Object.keys(kinds)
    .map((type) => `(${type})`)
    .join(' ')} (property_declaration) (lambda_expression)] @declaration`,
  declare,
};
