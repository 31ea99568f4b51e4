import type { Node } from 'web-tree-sitter';
import { argument, type Expr } from '../expression.ts';
import type { DecoratorFact } from '../fileFacts.ts';
import { vocabularyOf } from '../registry.ts';
import { spanPatterns } from '../spanPatterns.ts';
import { anyOf, callExpr, type FactsCollector } from './collector.ts';
import { readRustExpr, unescaped } from './rustExpr.ts';

const vocabulary = vocabularyOf('rust');
const patterns = spanPatterns.find((p) => p.family === 'rust');
const macroSeeds = new RegExp(
  `\\b(${anyOf(Object.keys(patterns?.macros ?? {})) ?? ''})!\\s*\\(`,
  'g',
);
const callSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(`, 'g');
const attributeSeeds = new RegExp(
  `#\\[\\s*(?:\\w+::)*(${anyOf(Object.keys(patterns?.decorators ?? {})) ?? ''})\\b`,
  'g',
);

/** Spans made by attribute, macro or tracer. */
export function readRustSpans(collector: FactsCollector): void {
  const { facts } = collector;
  if (!/\b(?:tracing|opentelemetry|tracer|instrument)\b/.test(collector.file.text)) return;
  for (const { node } of collector.seeds(attributeSeeds)) {
    const found = rustAttribute(collector, node);
    if (found === undefined) continue;
    const { target, call } = found;
    // https://docs.rs/tracing/latest/tracing/attr.instrument.html: without a name, the function's own.
    const own = collector.file.functions[target]?.name.split('.').at(-1) ?? null;
    const name = argument(call, patterns?.decorators[node.text]) ?? own;
    facts.spans.push({ name, owner: target, line: call.line, form: `#[${node.text}]` });
  }
  for (const { node } of collector.seeds(macroSeeds)) {
    const macro = node.parent?.type === 'macro_invocation' ? node.parent : undefined;
    const name = macro === undefined ? undefined : macroName(macro.text);
    if (macro === undefined || name === undefined) continue;
    const line = node.startPosition.row;
    facts.spans.push({ name, owner: collector.scopeOf(macro), line, form: `${node.text}!` });
  }
  for (const { node } of collector.seeds(callSeeds)) {
    const call = node.parent?.parent;
    if (node.type !== 'field_identifier' || call?.type !== 'call_expression') continue;
    const given = call.childForFieldName('arguments')?.namedChildren[0] ?? null;
    const name = readRustExpr(collector, given);
    const line = node.startPosition.row;
    facts.spans.push({ name, owner: collector.scopeOf(call), line, form: node.text });
  }
}

/** The first string after target, parent and level: `span!(target: "t", Level::INFO, "name", field = 1)`. */
const macroName = (text: string): string | undefined =>
  /^\w+!\s*\(\s*(?:(?:target|parent)\s*:\s*(?:"[^"]*"|[^\s,"][^,"]*),\s*)*(?:[\w:]+,\s*)?"([^"\\]*)"/.exec(
    text,
  )?.[1];

/** Of an attribute: what stands between its first parenthesis and the one that ends it. */
function insideParentheses(attribute: string): string {
  const from = attribute.indexOf('(');
  const to = attribute.lastIndexOf(')');
  return from < 0 || to < from || !/^\)\s*\]$/.test(attribute.slice(to))
    ? ''
    : attribute.slice(from + 1, to);
}

/** `#[get("/x")]`, `#[route("/x", method = "GET", method = "POST")]` with the function below it. */
export function rustAttribute(collector: FactsCollector, name: Node): DecoratorFact | undefined {
  let item: Node | null = name;
  while (item !== null && item.type !== 'attribute_item') {
    if (!/identifier$|^attribute$/.test(item.type)) return undefined;
    item = item.parent;
  }
  let below = item?.nextNamedSibling ?? null;
  while (below !== null && /comment$|^attribute_item$/.test(below.type))
    below = below.nextNamedSibling;
  const target = below?.type === 'function_item' ? collector.declared(below) : undefined;
  if (item === null || target === undefined) return undefined;
  const inside = insideParentheses(item.text);
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  const first = /^\s*"((?:[^"\\]|\\.)*)"/.exec(inside)?.[1];
  if (first !== undefined) args.push(unescaped(first));
  for (const [, key = '', value = ''] of inside.matchAll(/\b(\w+)\s*=\s*"([^"\\]*)"/g)) {
    const known = named[key];
    named[key] =
      known === undefined
        ? value
        : {
            list: [
              ...(typeof known === 'object' && known !== null && 'list' in known
                ? known.list
                : [known]),
              value,
            ],
          };
  }
  return { target, call: callExpr(item, { name: name.text }, args, named) };
}
