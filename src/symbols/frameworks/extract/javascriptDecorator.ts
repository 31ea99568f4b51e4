import type { Node } from 'web-tree-sitter';
import type { FactsCollector } from './collector.ts';

/** In the grammar a method's decorators are siblings before it, a class's are children of it or of its export statement. */
export function decoratedBy(collector: FactsCollector, decorator: Node): number | undefined {
  let next = decorator.nextNamedSibling;
  while (next?.type === 'decorator' || next?.type === 'comment') next = next.nextNamedSibling;
  if (next !== null) {
    const own = collector.declared(next);
    if (own !== undefined) return own;
    const declaration = next.childForFieldName('declaration');
    if (declaration !== null) return collector.declared(declaration);
  }
  const parent = decorator.parent;
  if (parent === null) return undefined;
  if (parent.type === 'export_statement') {
    const declaration = parent.childForFieldName('declaration');
    return declaration === null ? undefined : collector.declared(declaration);
  }
  return collector.declared(parent);
}
