import type { Node } from 'web-tree-sitter';
import { freeNames } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { FactsCollector } from './collector.ts';
import { argumentsOf, readGoExpr } from './goExpr.ts';
import { readLocals } from './goLocals.ts';
import { isNamedType } from './goPackage.ts';
import type { GoSignature } from './goSignature.ts';

const mostReturns = 200;

/** What a constructor really makes, where its head says only an interface. */
export function readConstructors(
  collector: FactsCollector,
  signatures: ReadonlyMap<number, GoSignature>,
): void {
  const results = collector.facts.results ?? {};
  if (!Object.values(results).some((type) => !type.startsWith('*'))) return;
  const before = collector.facts.returns.length;
  readReturns(collector, signatures, (scope) => results[scope]?.startsWith('*') === false);
  const names = new Set<string>();
  for (const { value } of collector.facts.returns.slice(before)) freeNames(value, names);
  readLocals(collector, names, new Map());
}

/** The last statement of functions whose result can have methods. */
export function readReturns(
  collector: FactsCollector,
  signatures: ReadonlyMap<number, GoSignature>,
  wanted: (scope: Scope) => boolean,
): void {
  const { facts } = collector;
  let left = mostReturns;
  for (const { node } of collector.seeds(/^\t(return) [^\n]/gm)) {
    const statement = node.type === 'return_statement' ? node : node.parent;
    if (statement?.type !== 'return_statement' || (left -= 1) < 0) continue;
    const scope = collector.scopeOf(statement);
    const result = signatures.get(scope)?.results[0];
    if (result === undefined || !isNamedType(result) || !wanted(scope)) continue;
    const given = statement.namedChildren[0]?.namedChildren[0] ?? null;
    const value = readGoExpr(collector, given);
    if (value === null) continue;
    const literal = hasLiteral(collector, given) ? { literal: true as const } : {};
    facts.returns.push({ scope, value, at: statement.startIndex, ...literal });
  }
}

/** `withUser(func(…) {…})`, where the literal belongs to the function around it. */
function hasLiteral(collector: FactsCollector, given: Node | null, depth = 0): boolean {
  if (given?.type === 'func_literal') return collector.declared(given) === undefined;
  if (given?.type !== 'call_expression' || depth > 4) return false;
  return argumentsOf(given).some((argument) => hasLiteral(collector, argument, depth + 1));
}
