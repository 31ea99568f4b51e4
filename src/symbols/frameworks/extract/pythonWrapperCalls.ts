import type { Node } from 'web-tree-sitter';
import { vocabularyOf } from '../registry.ts';
import type { FactsCollector } from './collector.ts';

/** A path followed by another argument: `self._add("/x", self.list)`. */
const pathSeeds = /(?<=[(,\s[])([rf]?["'])\/[^"'\n]{0,200}["']\s*,\s*[^\s{"']/g;
/** `@api("/x")`, `@api("GET", "/x")` */
const decoratorSeeds = /^[ \t]*@(?:[\w.]+\.)?(\w+)\s*\(\s*(?:["']\w+["']\s*,\s*)?[rf]?["']\//gm;
const deepest = 8;
const mostCalls = 300;
const within: ReadonlySet<string> = new Set(['argument_list', 'tuple', 'list', 'keyword_argument']);
const vocabulary = vocabularyOf('python');

/** Calls of the program's own functions that are given paths: they may register what they are given. */
export function* wrapperCalls(collector: FactsCollector): Generator<Node> {
  const seen = new Set<number>();
  for (const { node } of collector.seeds(pathSeeds)) {
    if (seen.size >= mostCalls) return;
    const call = callAround(node);
    if (call === undefined || seen.has(call.id)) continue;
    seen.add(call.id);
    const callee = call.childForFieldName('function');
    const isOwn =
      callee?.type === 'attribute'
        ? callee.childForFieldName('object')?.text === 'self'
        : collector.file.functions.some((f) => f.name === callee?.text) ||
          collector.facts.imports.some((i) => i.local === callee?.text);
    if (isOwn) yield call;
  }
}

/** Names of decorators with a path that are no framework's: functions of the program may make the framework's. */
export function* wrapperDecorators(collector: FactsCollector): Generator<Node> {
  let found = 0;
  for (const { node, match } of collector.seeds(decoratorSeeds)) {
    if (vocabulary.decorators.has(match[1] ?? '') || found >= mostCalls) continue;
    found += 1;
    yield node;
  }
}

function callAround(from: Node): Node | undefined {
  let node: Node | null = from;
  for (let depth = 0; node !== null && depth < deepest; depth += 1, node = node.parent) {
    if (node.type === 'call') return node;
    if (!within.has(node.type) && !node.type.startsWith('string')) return undefined;
  }
  return undefined;
}
