import type { Node } from 'web-tree-sitter';
import { before } from '../../../domain/cutText.ts';

/** Members of a class's body, those of its companion included. */
export function membersOf(node: Node): readonly Node[] {
  const body = node.namedChildren.find((n) => n.type.endsWith('class_body'));
  return (body?.namedChildren ?? []).flatMap((n) =>
    n.type === 'companion_object' ? membersOf(n) : [n],
  );
}

/** Names and types of a function's parameters. */
export const parametersOf = (fn: Node): readonly (readonly [name: string, type: string])[] =>
  (fn.namedChildren.find((n) => n.type === 'function_value_parameters')?.namedChildren ?? [])
    .filter((n) => n.type === 'parameter')
    .map((n) => [n.namedChildren[0]?.text ?? '', plainType(n.namedChildren[1]?.text ?? '')]);

/** A type without its arguments, a constructor's arguments and question mark. */
export const plainType = (type: string): string => before(type, '<(?').trim();
