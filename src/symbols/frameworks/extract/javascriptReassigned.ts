import type { Expr } from '../expression.ts';
import type { BindingFact } from '../fileFacts.ts';
import { anyOf, type FactsCollector } from './collector.ts';
import { readExpr } from './javascriptExpr.ts';

const declared = /\b(?:let|var)\s+([\w$]+)/g;
const mostNames = 200;
const mostValues = 8;

/** Variables that stand for functions or texts and are given others later: `let handler = list; if (beta) handler = listBeta`. */
export function readReassigned(collector: FactsCollector): void {
  const { bindings } = collector.facts;
  const variables = new Set([...collector.file.text.matchAll(declared)].map((m) => m[1] ?? ''));
  if (variables.size === 0) return;
  const wanted = bindings.filter(
    (b) => variables.has(b.name) && b.assigned === undefined && isFunctionOrText(b.value),
  );
  const any = anyOf(wanted.slice(0, mostNames).map((b) => b.name));
  if (any === undefined) return;
  const seeds = new RegExp(`(?<![\\w$.])(${any})\\s*=(?![=>])`, 'g');
  for (const { node } of collector.seeds(seeds)) {
    const assignment = node.parent;
    if (assignment?.type !== 'assignment_expression') continue;
    const scope = collector.scopeOf(assignment);
    const named = wanted.filter((b) => b.name === node.text);
    const binding =
      named.find((b) => b.scope === scope) ?? (named.length === 1 ? named[0] : undefined);
    if (binding === undefined) continue;
    const value = readExpr(collector, assignment.childForFieldName('right'));
    const at = bindings.findIndex((b) => b.scope === binding.scope && b.name === binding.name);
    const known: BindingFact | undefined = bindings[at];
    if (value === null || known === undefined || (known.also?.length ?? 0) >= mostValues) continue;
    bindings[at] = { ...known, also: [...(known.also ?? []), value] };
  }
}

const isFunctionOrText = (value: Expr): boolean =>
  typeof value === 'string' ||
  (typeof value === 'object' &&
    value !== null &&
    ('name' in value || 'fn' in value || 'join' in value));
