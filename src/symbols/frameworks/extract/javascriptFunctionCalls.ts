import type { Node } from 'web-tree-sitter';
import { isCall, isObject, type Expr } from '../expression.ts';
import type { Vocabulary } from '../registry.ts';
import { anyOf, type FactsCollector } from './collector.ts';
import { readExpr, unwrap } from './javascriptExpr.ts';

let seeds: RegExp | undefined;

/** Calls of functions and classes of interest by name: `new ApolloServer({…})`, `trpcNext.createNextApiHandler({…})`. */
export function readFunctionCalls(
  collector: FactsCollector,
  { functions, functionModules }: Vocabulary,
): void {
  const { calls, imports } = collector.facts;
  if (!imports.some((i) => functionModules.some((m) => m.test(i.module)))) return;
  seeds ??= new RegExp(
    `(?:^|[^\\w$])(${anyOf(functions) ?? ''})\\s*(?:<[^()<>]{0,200}>)?\\(`,
    'gm',
  );
  for (const { node } of collector.seeds(seeds)) {
    const callee = node.parent?.type === 'member_expression' ? node.parent : node;
    const call = callee.parent;
    if (call?.type !== 'call_expression' && call?.type !== 'new_expression') continue;
    const expr = readExpr(collector, call);
    if (!isCall(expr)) continue;
    const args = expr.args.map((arg, i) => withThunks(collector, arg, argumentAt(call, i)));
    calls.push({ scope: collector.scopeOf(call), call: { ...expr, args } });
  }
}

const argumentAt = (call: Node, index: number): Node | undefined =>
  call.childForFieldName('arguments')?.namedChildren.filter((child) => child.type !== 'comment')[
    index
  ];

/** Types that refer to each other give their fields in a function: `fields: () => ({…})` is read as the object. */
function withThunks(collector: FactsCollector, expr: Expr, node: Node | undefined): Expr {
  if (!isObject(expr) || node === undefined) return expr;
  const object: Record<string, Expr> = { ...expr.object };
  for (const pair of unwrap(node).namedChildren) {
    if (pair.type !== 'pair') continue;
    const value = pair.childForFieldName('value');
    const body = value?.type === 'arrow_function' ? value.childForFieldName('body') : null;
    if (body === null || unwrap(body).type !== 'object') continue;
    object[pair.childForFieldName('key')?.text ?? ''] = readExpr(collector, body);
  }
  return { ...expr, object };
}
