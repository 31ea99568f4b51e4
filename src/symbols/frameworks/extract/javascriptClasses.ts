import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import type { FactsCollector } from './collector.ts';
import { readExpr } from './javascriptExpr.ts';

/** A field of a class and how its value is read. */
export interface ClassMember {
  readonly node: Node;
  /** The constructor, where the value is written in it. */
  readonly constructor: Node | undefined;
  readonly read: (collector: FactsCollector) => Expr;
}

/** Fields with their values: initialised in place, assigned in the constructor, parameter properties, or only typed. */
export function classMembers(body: Node): ReadonlyMap<string, ClassMember> {
  const members = new Map<string, ClassMember>();
  const typed = new Map<string, ClassMember>();
  for (const child of body.namedChildren) {
    if (child.type === 'public_field_definition' || child.type === 'field_definition')
      readField(child, members, typed);
    else if (
      child.type === 'method_definition' &&
      child.childForFieldName('name')?.text === 'constructor'
    )
      readConstructor(child, members);
  }
  for (const [name, member] of typed) if (!members.has(name)) members.set(name, member);
  return members;
}

function readField(
  field: Node,
  members: Map<string, ClassMember>,
  typed: Map<string, ClassMember>,
): void {
  const name = (field.childForFieldName('name') ?? field.childForFieldName('property'))?.text;
  const value = field.childForFieldName('value');
  if (name === undefined) return;
  if (value !== null) {
    const read = (collector: FactsCollector): Expr => readExpr(collector, value);
    members.set(name, { node: value, constructor: undefined, read });
    return;
  }
  const type = typeOf(field.childForFieldName('type'));
  if (type !== null)
    typed.set(name, { node: field, constructor: undefined, read: () => instanceOf(type, field) });
}

/** Dependency injection: all that is said of the field is its type. */
const instanceOf = (type: string, at: Node): Expr => ({
  call: { name: type },
  args: [],
  line: at.startPosition.row,
  at: at.startIndex,
});

function readConstructor(made: Node, members: Map<string, ClassMember>): void {
  for (const parameter of made.childForFieldName('parameters')?.namedChildren ?? []) {
    const isProperty = parameter.children.some(
      (c) => c.type === 'accessibility_modifier' || c.type === 'readonly',
    );
    const name = (parameter.childForFieldName('pattern') ?? parameter).text;
    if (isProperty && /^[\w$]+$/.test(name))
      members.set(name, { node: parameter, constructor: made, read: () => ({ name }) });
  }
  for (const statement of made.childForFieldName('body')?.namedChildren ?? []) {
    const assignment =
      statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
    if (assignment?.type !== 'assignment_expression') continue;
    const name = /^this\.([\w$]+)$/.exec(assignment.childForFieldName('left')?.text ?? '')?.[1];
    const value = assignment.childForFieldName('right');
    if (name !== undefined && value !== null && !members.has(name))
      members.set(name, {
        node: value,
        constructor: made,
        read: (collector) => readExpr(collector, value),
      });
  }
}

/** `: UserController`, `: FastifyInstance<Server>` → the name; union and other types say nothing here. */
export function typeOf(annotation: Node | null): string | null {
  const given = annotation?.namedChildren[0];
  const type = given?.type === 'generic_type' ? given.namedChildren[0] : given;
  return type?.type === 'type_identifier' || type?.type === 'nested_type_identifier'
    ? type.text
    : null;
}
