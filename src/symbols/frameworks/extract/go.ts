import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { isName } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, FactsCollector } from './collector.ts';
import { argumentsOf, readGoExpr } from './goExpr.ts';
import { readEndpoints } from './endpoints.ts';
import { goEndpoints } from './goEndpoints.ts';
import { readGoPackage } from './goPackage.ts';
import { readGoRoutes } from './goRoutes.ts';

const vocabulary = vocabularyOf('go');
const texts: TextSyntax = { family: 'go', read: readGoExpr };
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');

/** What the package declares, where routers are made, passed on and used, and spans made by hand. */
export function extractGo(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  const signatures = readGoPackage(collector);
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  readEndpoints(collector, goEndpoints(signatures));
  readGoRoutes(collector, signatures);
  readCallTexts(collector, texts);
  return collector.facts;
}

/** `tracer.Start(ctx, "name")`: the second argument is a string, or a constant. */
function readSpan(collector: FactsCollector, field: Node): void {
  const call = field.parent?.parent;
  if (field.type !== 'field_identifier' || call?.type !== 'call_expression') return;
  const given = argumentsOf(call);
  const name = given.length < 2 ? null : readGoExpr(collector, given[1] ?? null);
  if (typeof name !== 'string' && !isName(name)) return;
  collector.facts.spans.push({
    name,
    owner: collector.scopeOf(call),
    line: field.startPosition.row,
    form: field.text,
  });
}
