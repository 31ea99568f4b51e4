import type { Node } from 'web-tree-sitter';
import { withoutInside } from '../../../domain/cutText.ts';
import { anyOf, type FactsCollector } from './collector.ts';
import { readJavaExpr } from './javaExpr.ts';
import { isCall } from '../expression.ts';

/** Functions that give routes: what they return, their local variables and statements, and the types of names they may use. */
export function readRoutesFunctions(
  collector: FactsCollector,
  routesTypes: ReadonlySet<string>,
): void {
  const types = anyOf(routesTypes);
  if (types === undefined || ![...routesTypes].some((t) => collector.file.text.includes(t))) return;
  const seeds = new RegExp(`\\b${types}(?:\\s*<[^;{}()=]{0,400}>)?\\s+(\\w+)\\s*\\(`, 'g');
  for (const { node } of collector.seeds(seeds)) {
    const method = node.parent;
    if (method?.type !== 'method_declaration') continue;
    const scope = collector.declared(method);
    const body = method.childForFieldName('body');
    if (scope === undefined || body === null) continue;
    readParameters(collector, scope, method);
    readFields(collector, method.parent);
    for (const statement of body.namedChildren) readStatement(collector, scope, statement);
    for (const lambda of body.descendantsOfType('lambda_expression'))
      readDeclared(collector, lambda);
  }
}

function readStatement(collector: FactsCollector, scope: number, statement: Node): void {
  const { facts } = collector;
  const [first] = statement.namedChildren;
  if (statement.type === 'return_statement')
    facts.returns.push({ scope, value: readJavaExpr(collector, first ?? null) });
  if (statement.type === 'expression_statement') {
    const call = readJavaExpr(collector, first ?? null);
    if (isCall(call)) facts.calls.push({ scope, call });
  }
  if (statement.type === 'local_variable_declaration')
    for (const declarator of statement.namedChildren) {
      const name = declarator.childForFieldName('name')?.text;
      const value = declarator.childForFieldName('value');
      if (declarator.type === 'variable_declarator' && name !== undefined && value !== null)
        facts.bindings.push({ scope, name, value: readJavaExpr(collector, value) });
    }
}

/** A lambda that counts as a function of the file: what it gives. */
function readDeclared(collector: FactsCollector, lambda: Node): void {
  const scope = collector.declared(lambda);
  const body = lambda.childForFieldName('body');
  if (scope === undefined || body === null) return;
  if (body.type === 'block') {
    const given = body.namedChildren
      .filter((n) => n.type === 'expression_statement' || n.type === 'return_statement')
      .map((n) => readJavaExpr(collector, n.namedChildren[0] ?? null));
    collector.facts.returns.push({ scope, value: { list: given } });
  } else collector.facts.returns.push({ scope, value: readJavaExpr(collector, body) });
}

function readParameters(collector: FactsCollector, scope: number, method: Node): void {
  const names: string[] = [];
  const types: string[] = [];
  for (const parameter of method.childForFieldName('parameters')?.namedChildren ?? []) {
    names.push(parameter.childForFieldName('name')?.text ?? '');
    types.push(plainType(parameter));
  }
  collector.facts.params.push({ scope, names, types });
}

/** Fields of the class around, for handlers that are members of them. */
function readFields(collector: FactsCollector, body: Node | null): void {
  const owner = body?.parent ?? null;
  const scope = owner === null ? undefined : collector.declared(owner);
  if (body === null || scope === undefined) return;
  const { bindings } = collector.facts;
  if (bindings.some((b) => b.scope === scope && isTyped(b.value))) return;
  for (const field of body.namedChildren)
    if (field.type === 'field_declaration')
      for (const declarator of field.namedChildren) {
        const name = declarator.childForFieldName('name')?.text;
        if (declarator.type !== 'variable_declarator' || name === undefined) continue;
        if (bindings.some((b) => b.scope === scope && b.name === name)) continue;
        bindings.push({ scope, name, value: { type: plainType(field) } });
      }
}

const isTyped = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value;

const plainType = (node: Node): string =>
  withoutInside(node.childForFieldName('type')?.text ?? '', '<', '>').trim();
