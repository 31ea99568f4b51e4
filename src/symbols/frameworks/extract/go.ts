import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import type { Expr } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { anyOf, FactsCollector } from './collector.ts';

const vocabulary = vocabularyOf('go');
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const constantSeeds = /^(?:const\s+|[ \t]+)(\w+)(?:\s+string)?\s*=\s*["`]/gm;

/** Hand-made spans and string constants; routers come with their frameworks. */
export function extractGo(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  const clause = file.root.namedChildren.find((n) => n.type === 'package_clause');
  const name = clause?.namedChildren[0]?.text;
  if (name !== undefined) collector.facts.package = name;
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  if (collector.facts.spans.length > 0)
    for (const { node } of collector.seeds(constantSeeds)) readConstant(collector, node);
  return collector.facts;
}

/** `tracer.Start(ctx, "name")`: the second argument is a string, or a constant. */
function readSpan(collector: FactsCollector, field: Node): void {
  const call = field.parent?.parent;
  if (field.type !== 'field_identifier' || call?.type !== 'call_expression') return;
  const given = (call.childForFieldName('arguments')?.namedChildren ?? []).filter(
    (n) => n.type !== 'comment',
  );
  const name = given.length < 2 ? null : readGoExpr(given[1] ?? null);
  if (name === null) return;
  const scope = collector.scopeOf(call);
  collector.facts.spans.push({
    name,
    owner: scope,
    line: field.startPosition.row,
    form: field.text,
  });
}

function readConstant(collector: FactsCollector, name: Node): void {
  const spec = name.parent;
  if (spec?.type !== 'const_spec') return;
  const value = readGoExpr(spec.childForFieldName('value')?.namedChildren[0] ?? null);
  if (value !== null)
    collector.facts.bindings.push({ scope: collector.scopeOf(name), name: name.text, value });
}

function readGoExpr(node: Node | null): Expr {
  if (node === null) return null;
  if (/^(?:interpreted|raw)_string_literal$/.test(node.type)) return node.text.slice(1, -1);
  if (node.type === 'identifier' || node.type === 'selector_expression') return { name: node.text };
  return null;
}
