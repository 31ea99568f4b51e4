import type { Node } from 'web-tree-sitter';
import { isCall } from '../expression.ts';
import type { Vocabulary } from '../registry.ts';
import { anyOf, type FactsCollector } from './collector.ts';
import { readKotlinExpr } from './kotlinExpr.ts';
import { parametersOf, plainType } from './kotlinSyntax.ts';

/** Functions that give routes, by their type or by the builder that they call: what they return, bind and call. */
export function readKotlinRoutes(collector: FactsCollector, vocabulary: Vocabulary): void {
  const { routesTypes, routesBuilders } = vocabulary;
  const words = anyOf([...routesTypes, ...routesBuilders]);
  // Builders have everyday names: they are imported, as the type is.
  const inUse = [...routesTypes].some((type) => collector.file.text.includes(type));
  const imported = collector.facts.imports.some((i) => routesBuilders.has(i.local));
  if (words === undefined || (!inUse && !imported)) return;
  const done = new Set<number>();
  for (const { node } of collector.seeds(new RegExp(`\\b(${words})\\s*[<{]`, 'g'))) {
    let fn: Node | null = node;
    while (fn !== null && fn.type !== 'function_declaration') fn = fn.parent;
    const scope = fn === null ? undefined : collector.declared(fn);
    if (fn === null || scope === undefined || done.has(scope)) continue;
    done.add(scope);
    readFunction(collector, scope, fn);
  }
}

function readFunction(collector: FactsCollector, scope: number, fn: Node): void {
  const { facts } = collector;
  const parameters = parametersOf(fn);
  facts.params.push({
    scope,
    names: parameters.map(([name]) => name),
    types: parameters.map(([, type]) => type),
  });
  readProperties(collector, fn);
  const [given] = fn.namedChildren.find((n) => n.type === 'function_body')?.namedChildren ?? [];
  if (given === undefined) return;
  if (given.type === 'block')
    for (const statement of given.namedChildren) readStatement(collector, scope, statement);
  else facts.returns.push({ scope, value: readKotlinExpr(collector, given) });
}

function readStatement(collector: FactsCollector, scope: number, statement: Node): void {
  const { facts } = collector;
  if (statement.type === 'return_expression') {
    const value = readKotlinExpr(collector, statement.namedChildren[0] ?? null);
    facts.returns.push({ scope, value });
  }
  if (statement.type === 'call_expression') {
    const call = readKotlinExpr(collector, statement);
    if (isCall(call)) facts.calls.push({ scope, call });
  }
  const variable = statement.namedChildren.find((n) => n.type === 'variable_declaration');
  if (statement.type === 'property_declaration' && variable !== undefined)
    facts.bindings.push({
      scope,
      name: variable.namedChildren[0]?.text ?? '',
      value: readKotlinExpr(collector, statement.namedChildren.at(-1) ?? null),
    });
}

/** What the class's constructor takes, for handlers that are members of it. */
function readProperties(collector: FactsCollector, fn: Node): void {
  let owner = fn.parent;
  while (owner !== null && owner.type !== 'class_declaration') owner = owner.parent;
  const scope = owner === null ? undefined : collector.declared(owner);
  const constructor = owner?.namedChildren.find((n) => n.type === 'primary_constructor');
  if (scope === undefined || constructor === undefined) return;
  const { bindings } = collector.facts;
  for (const parameter of constructor.descendantsOfType('class_parameter')) {
    const name = parameter.namedChildren.find((n) => n.type === 'identifier')?.text ?? '';
    const type = parameter.namedChildren.find((n) => n.type.endsWith('_type'))?.text ?? '';
    if (!bindings.some((b) => b.scope === scope && b.name === name))
      bindings.push({ scope, name, value: { type: plainType(type) } });
  }
}
