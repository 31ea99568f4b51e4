import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import type { FactsCollector } from './collector.ts';
import { argumentsOf } from './javascriptExpr.ts';

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

/** Decorators name a class that may not be there yet in a function: `@Resolver(() => User)` is read as `User`. */
export function decoratorArguments(collector: FactsCollector, call: Node): Expr[] {
  const nodes = (call.childForFieldName('arguments')?.namedChildren ?? []).filter(
    (child) => child.type !== 'comment',
  );
  return argumentsOf(collector, call).map((arg, i) => {
    const node = nodes[i];
    const body = node?.type === 'arrow_function' ? node.childForFieldName('body') : null;
    return body?.type === 'identifier' ? { name: body.text } : arg;
  });
}
