import type { Node } from 'web-tree-sitter';
import type { SourceFile } from '../../sourceFile.ts';
import { deepestDrawn, mostDrawn, type DrawnFact } from '../drawn.ts';
import type { Expr } from '../expression.ts';
import type { FileFacts } from '../fileFacts.ts';
import { frameworks, vocabularyOf } from '../registry.ts';
import { readCallTexts, type TextSyntax } from './callTexts.ts';
import { anyOf, callExpr, deepest, FactsCollector, longestList } from './collector.ts';

const vocabulary = vocabularyOf('ruby');
const texts: TextSyntax = {
  family: 'ruby',
  read: readRubyExpr,
  heredoc: `<<[~-]?["']?[A-Z]\\w*["']?[^\\n]{0,200}\\n`,
};
const classSeeds = /^[ \t]*(class|module)\s+[A-Z:]/gm;
/** Gruf's controllers bind a service instead of extending it. */
const includeSeeds = /^[ \t]*(include|prepend|bind)\s+[A-Z:]/gm;
const constantSeeds = /^[ \t]*([A-Z][A-Z0-9_]*)\s*=\s*["']/gm;
const spanSeeds = new RegExp(`\\.\\s*(${anyOf(vocabulary.spanCalls) ?? ''})\\s*\\(?`, 'g');
const declaring = frameworks.flatMap((f) =>
  f.kind === 'resolvers' && f.family === 'ruby' && f.declared !== undefined ? [f.declared] : [],
);
const drawSeeds = /\.routes\.(draw|append|prepend)\b/g;
const included = /(?:^|\/)config\/routes\/.*\.rb$/;

export function extractRuby(file: SourceFile): FileFacts {
  const collector = new FactsCollector(file);
  const { facts } = collector;
  const supertypes = new Map<number, string[]>();
  for (const { node } of collector.seeds(classSeeds)) {
    const declared = node.parent;
    const index = declared === null ? undefined : collector.declared(declared);
    const above = declared?.childForFieldName('superclass')?.firstNamedChild?.text;
    if (index !== undefined) supertypes.set(index, above === undefined ? [] : [constant(above)]);
  }
  for (const { node } of collector.seeds(includeSeeds)) {
    const list = supertypes.get(collector.scopeOf(node));
    for (const given of node.parent?.childForFieldName('arguments')?.namedChildren ?? [])
      if (list !== undefined && /^[A-Z:]/.test(given.text)) list.push(constant(given.text));
  }
  for (const [index, above] of supertypes)
    if (above.length > 0) facts.classes.push({ index, supertypes: above });
  for (const { node } of collector.seeds(constantSeeds)) {
    const value = readRubyExpr(collector, node.parent?.childForFieldName('right') ?? null);
    facts.bindings.push({ scope: collector.scopeOf(node), name: node.text, value });
  }
  for (const { node } of collector.seeds(spanSeeds)) readSpan(collector, node);
  for (const { call, mentioned } of declaring)
    if (mentioned.test(file.text)) readDeclared(collector, call);
  readCallTexts(collector, texts);
  const drawn: DrawnFact[] = [];
  for (const { node } of collector.seeds(drawSeeds)) {
    const block = node.parent?.childForFieldName('block');
    if (block != null) drawn.push(...readBlock(collector, block, 0));
  }
  if (drawn.length === 0 && included.test(file.relativePath))
    for (const one of readStatements(collector, file.root, 0)) drawn.push(one);
  if (drawn.length > 0) facts.drawn = drawn.slice(0, mostDrawn);
  return facts;
}

const constant = (text: string): string => text.replace(/^::/, '').replace(/::/g, '.');

/** `field :books, [BookType], resolver_method: :find`. */
function readDeclared(collector: FactsCollector, word: string): void {
  const { calls } = collector.facts;
  for (const { node } of collector.seeds(new RegExp(`^[ \\t]*(${word})[ (]\\s*:`, 'gm'))) {
    if (calls.length >= mostDrawn) break;
    const call = node.parent;
    const read = call?.type === 'call' ? readStatement(collector, call, deepestDrawn) : undefined;
    if (call === null || read?.word !== word) continue;
    const expr = callExpr(call, { name: word }, [...read.args], { ...read.named });
    calls.push({ scope: collector.scopeOf(call), call: expr });
  }
}

/** `tracer.in_span('name') do`. */
function readSpan(collector: FactsCollector, name: Node): void {
  const call = name.parent;
  if (call?.type !== 'call') return;
  const [given] = call.childForFieldName('arguments')?.namedChildren ?? [];
  collector.facts.spans.push({
    name: readRubyExpr(collector, given ?? null),
    owner: collector.scopeOf(call),
    line: name.startPosition.row,
    form: name.text,
  });
}

function readBlock(collector: FactsCollector, block: Node, depth: number): DrawnFact[] {
  const body = block.childForFieldName('body');
  return body === null || depth > deepestDrawn ? [] : readStatements(collector, body, depth);
}

/** Statements of a table, also those below a condition. */
function readStatements(collector: FactsCollector, body: Node, depth: number): DrawnFact[] {
  const found: DrawnFact[] = [];
  for (const node of body.namedChildren) {
    if (/^(?:if|unless|else|then|begin|if_modifier|unless_modifier)$/.test(node.type)) {
      if (depth < deepestDrawn) found.push(...readStatements(collector, node, depth + 1));
    } else if (node.type === 'call') {
      const statement = readStatement(collector, node, depth);
      if (statement !== undefined) found.push(statement);
    } else if (node.type === 'identifier')
      found.push({ word: node.text, args: [], line: node.startPosition.row });
  }
  return found;
}

function readStatement(
  collector: FactsCollector,
  call: Node,
  depth: number,
): DrawnFact | undefined {
  const word = call.childForFieldName('method')?.text;
  if (word === undefined || call.childForFieldName('receiver') !== null) return undefined;
  const args: Expr[] = [];
  const named: Record<string, Expr> = {};
  for (const given of call.childForFieldName('arguments')?.namedChildren ?? []) {
    if (given.type !== 'pair') {
      args.push(readRubyExpr(collector, given));
      continue;
    }
    const key = given.childForFieldName('key');
    const value = readRubyExpr(collector, given.childForFieldName('value'));
    if (key?.type === 'hash_key_symbol') named[key.text] = value;
    else if (key?.type === 'simple_symbol') named[key.text.slice(1)] = value;
    else if (key !== null) {
      // `get '/x' => 'users#show'`.
      args.push(readRubyExpr(collector, key));
      named['to'] = value;
    }
  }
  const block = call.childForFieldName('block');
  return {
    word,
    args,
    ...(Object.keys(named).length === 0 ? {} : { named }),
    line: call.startPosition.row,
    ...(block === null ? {} : { block: readBlock(collector, block, depth + 1) }),
  };
}

/** Symbols read as their names. */
function readRubyExpr(collector: FactsCollector, node: Node | null, depth = 0): Expr {
  if (node === null || depth > deepest) return null;
  switch (node.type) {
    case 'string': {
      const parts = node.namedChildren;
      if (parts.some((part) => part.type !== 'string_content'))
        return {
          join: parts.map((part) =>
            part.type === 'string_content'
              ? part.text
              : readRubyExpr(collector, part.firstNamedChild, depth + 1),
          ),
        };
      return node.text.slice(1, -1);
    }
    case 'heredoc_body':
      return {
        join: node.namedChildren
          .filter((part) => part.type !== 'heredoc_end')
          .map((part) => (part.type === 'heredoc_content' ? part.text : null)),
      };
    case 'binary':
      return node.childForFieldName('operator')?.text === '+'
        ? {
            join: ['left', 'right'].map((side) =>
              readRubyExpr(collector, node.childForFieldName(side), depth + 1),
            ),
          }
        : null;
    case 'chained_string':
      return { join: node.namedChildren.map((part) => readRubyExpr(collector, part, depth + 1)) };
    case 'simple_symbol':
      return node.text.slice(1).replace(/^"|"$/g, '');
    case 'bare_symbol':
    case 'bare_string':
    case 'true':
    case 'false':
      return node.text;
    case 'array':
    case 'symbol_array':
    case 'string_array':
      return {
        list: node.namedChildren
          .slice(0, longestList)
          .map((item) => readRubyExpr(collector, item, depth + 1)),
      };
    case 'constant':
    case 'identifier':
      return { name: node.text };
    case 'scope_resolution':
      return { name: constant(node.text) };
    default:
      return null;
  }
}
