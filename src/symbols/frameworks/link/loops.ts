import {
  freeNames,
  isCall,
  isList,
  isObject,
  receiverOf,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { BindingFact, Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { known } from './text.ts';
import type { Value } from './values/value.ts';

const mostElements = 200;
const deepestLoops = 3;

/**
 * Once per element of the lists that the call's loops go over, with the loops' variables set to it; once, where there is no loop. A list
 * that can't be read gives one turn with variables that nothing is known of.
 */
export function* turnsOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr,
  depth = 0,
): Generator<void, void> {
  const loop = file.hasLoops ? loopIn(evaluator, file, scope, expr) : undefined;
  const elements =
    loop === undefined ? undefined : elementsOf(evaluator, file, loop.scope, loop.list);
  if (loop === undefined || elements === undefined || depth >= deepestLoops) {
    yield;
    return;
  }
  for (const element of elements.slice(0, mostElements)) {
    evaluator.turns.set(loop.binding, element);
    yield* turnsOf(evaluator, file, scope, expr, depth + 1);
    evaluator.turns.delete(loop.binding);
  }
}

interface Loop {
  readonly binding: BindingFact;
  readonly scope: Scope;
  readonly list: Expr;
}

/** The first variable of a loop, not yet set, that the expression or what it is made of needs. */
function loopIn(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr,
  depth = 0,
): Loop | undefined {
  for (const name of freeNames(expr)) {
    const binding = file.binding(scope, name);
    if (binding === undefined || depth > deepestLoops || evaluator.turns.has(binding)) continue;
    const { value } = binding;
    if (typeof value === 'object' && value !== null && 'each' in value)
      return { binding, scope: binding.scope, list: value.each };
    const inner = loopIn(evaluator, file, binding.scope, value, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function elementsOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  list: Expr,
): readonly Value[] | undefined {
  const called = isCall(list) ? receiverOf(list) : undefined;
  if (isCall(list) && called !== undefined && /^(?:entries|keys|values)$/.test(called.member)) {
    const whole = evaluator.evaluate(file, scope, list.args[0]);
    if (whole?.kind !== 'written' || !isObject(whole.expr)) return undefined;
    return Object.entries(whole.expr.object).map(([key, value]) => {
      if (called.member === 'keys') return { kind: 'text', text: known(key) };
      const expr = called.member === 'values' ? value : { list: [key, value] };
      return elementValue(evaluator, whole.file, whole.scope, expr);
    });
  }
  const value = evaluator.evaluate(file, scope, list);
  return value?.kind === 'written' && isList(value.expr)
    ? value.expr.list.map((item) => elementValue(evaluator, value.file, value.scope, item))
    : undefined;
}

const elementValue = (evaluator: Evaluator, file: LinkedFile, scope: Scope, expr: Expr): Value =>
  evaluator.evaluate(file, scope, expr) ?? { kind: 'written', file, scope, expr };

/** Receiver and member of a call, also where the member is computed: `router[route.method](…)`. */
export function calledMember(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  call: CallExpr,
): { readonly receiver: Expr; readonly member: string } | undefined {
  const callee = call.call;
  if (typeof callee !== 'object' || callee === null || !('item' in callee)) return receiverOf(call);
  const member = evaluator.text(file, scope, callee.key);
  return member.unresolved === undefined
    ? { receiver: callee.item, member: member.text.toLowerCase() }
    : undefined;
}
