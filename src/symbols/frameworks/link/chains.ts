import { argument, isCall, receiverOf, type CallExpr, type Expr } from '../expression.ts';
import type { RouterFramework } from '../routerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import { handlerOf, type Found } from './handlers.ts';
import { sourceOf, type Source } from './sources.ts';

/** An expression and where it is written. */
export interface Place extends Omit<Source, 'expr'> {
  readonly expr: Expr | undefined;
}

const longest = 40;

/** Methods and handlers of `get(list).post(create)`, or of `web::get().to(list)`, wherever the chain is written. */
export function chainedHandlers(
  evaluator: Evaluator,
  framework: RouterFramework,
  place: Place,
): { readonly method: string; readonly handler: Found | undefined }[] {
  const { chained } = framework;
  const start = chained === undefined ? undefined : followed(evaluator, place, chained.verbs, 0);
  if (chained === undefined || start === undefined) return [];
  const { file, scope } = start;
  const links: { readonly name: string; readonly call: CallExpr }[] = [];
  let at: Expr = start.expr;
  while (isCall(at) && links.length < longest) {
    links.push({ name: lastName(at), call: at });
    const receiver = receiverOf(at)?.receiver;
    at = receiver === undefined ? null : receiver;
  }
  const found = (call: CallExpr) => handlerOf(evaluator, file, scope, argument(call, { at: 0 }));
  const verbs = links.filter(({ name }) => Object.hasOwn(chained.verbs, name)).reverse();
  if (chained.to === undefined)
    return verbs.map(({ name, call }) => ({
      method: chained.verbs[name] ?? '*',
      handler: found(call),
    }));
  const to = links.find(({ name }) => name === chained.to);
  if (to === undefined) return [];
  const [verb] = verbs;
  const method = verb === undefined ? '*' : (chained.verbs[verb.name] ?? '*');
  return [{ method, handler: found(to.call) }];
}

/** The chain itself, where the argument is a name or the call of a function that returns it. */
function followed(
  evaluator: Evaluator,
  { file, scope, expr }: Place,
  verbs: Readonly<Record<string, string>>,
  depth: number,
): Source | undefined {
  if (expr === undefined || depth > 6) return undefined;
  const source = sourceOf(evaluator, file, scope, expr);
  if (source === undefined || !isCall(source.expr)) return source;
  if (Object.hasOwn(verbs, lastName(source.expr))) return source;
  const callee = evaluator.evaluate(source.file, source.scope, source.expr.call);
  if (callee?.kind !== 'function') return source;
  const returned = callee.file.returned(callee.index);
  if (returned === undefined) return undefined;
  const inner = { file: callee.file, scope: callee.index, expr: returned };
  return followed(evaluator, inner, verbs, depth + 1);
}

function lastName({ call }: CallExpr): string {
  if (typeof call !== 'object' || call === null) return '';
  if ('of' in call) return call.member;
  return 'name' in call ? call.name.slice(call.name.lastIndexOf('.') + 1) : '';
}
