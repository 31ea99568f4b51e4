import type { Node } from 'web-tree-sitter';
import type { FactsCollector } from './collector.ts';

/** A path followed by another argument or property, or named as one: `this.add('/x', list)`, `[{ path: '/x', … }]`. */
const pathSeeds =
  /\b(?:path|url|route)\s*:\s*(['"`])\/|(?<=[(,\s[])(['"`])\/[^'"`\n]{0,200}\2\s*,\s*[^\s{'"`]/g;
const deepest = 8;
const mostCalls = 300;
const within: ReadonlySet<string> = new Set(['arguments', 'array', 'object', 'pair', 'string']);
/** Modules of the program itself, also by an alias. */
const own = /^(?:\.|@\/|~|#|src\/)/;

/** Calls of the program's own functions that are given paths: they may register what they are given. */
export function* wrapperCalls(collector: FactsCollector): Generator<Node> {
  const seen = new Set<number>();
  const imported = new Set(
    collector.facts.imports.filter((i) => own.test(i.module)).map((i) => i.local),
  );
  for (const match of collector.file.text.matchAll(pathSeeds)) {
    if (seen.size >= mostCalls) return;
    const offset = match.index + match[0].indexOf(match[1] ?? match[2] ?? '');
    const call = callAround(collector.file.root.descendantForIndex(offset));
    if (call === undefined || seen.has(call.id)) continue;
    seen.add(call.id);
    if (isOwn(collector, imported, call.childForFieldName('function'))) yield call;
  }
}

function callAround(from: Node | null): Node | undefined {
  let node = from;
  for (let depth = 0; node !== null && depth < deepest; depth += 1, node = node.parent) {
    if (node.type === 'call_expression') return node;
    if (!within.has(node.type) && !/^["'`]$|template|fragment/.test(node.type)) return undefined;
  }
  return undefined;
}

/** `this.add`, a function of the file, or one imported from the program. */
function isOwn(
  collector: FactsCollector,
  imported: ReadonlySet<string>,
  callee: Node | null,
): boolean {
  if (callee?.type === 'member_expression') {
    const object = callee.childForFieldName('object');
    return object?.type === 'this' || object?.type === 'super' || imported.has(object?.text ?? '');
  }
  if (callee?.type !== 'identifier') return false;
  return imported.has(callee.text) || collector.file.functions.some((f) => f.name === callee.text);
}
