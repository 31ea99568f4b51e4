import {
  freeNames,
  isCall,
  isList,
  isObject,
  receiverOf,
  type CallExpr,
  type EachExpr,
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
  const together = variablesOf(file, loop.binding);
  for (const { key, value } of elements.slice(0, mostElements)) {
    for (const one of together) evaluator.turns.set(one, isKey(one) ? key : value);
    yield* turnsOf(evaluator, file, scope, expr, depth + 1);
    for (const one of together) evaluator.turns.delete(one);
  }
}

const eachOf = ({ value }: BindingFact): EachExpr | undefined =>
  typeof value === 'object' && value !== null && 'each' in value ? value : undefined;

const isKey = (binding: BindingFact): boolean => eachOf(binding)?.key === true;

/** The variables of the loop that a variable belongs to. */
function variablesOf(file: LinkedFile, binding: BindingFact): readonly BindingFact[] {
  const loop = eachOf(binding)?.loop;
  return loop === undefined
    ? [binding]
    : file.facts.bindings.filter((other) => eachOf(other)?.loop === loop);
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
    const each = eachOf(binding);
    if (each !== undefined) return { binding, scope: binding.scope, list: each.each };
    const inner = loopIn(evaluator, file, binding.scope, binding.value, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function elementsOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  list: Expr,
): readonly Element[] | undefined {
  const called = isCall(list) ? receiverOf(list) : undefined;
  if (isCall(list) && called !== undefined && /^(?:entries|keys|values)$/.test(called.member)) {
    const whole = evaluator.evaluate(file, scope, list.args[0]);
    if (whole?.kind !== 'written' || !isObject(whole.expr)) return undefined;
    return Object.entries(whole.expr.object).map(([key, given]) => {
      const expr =
        called.member === 'keys'
          ? key
          : called.member === 'values'
            ? given
            : { list: [key, given] };
      const value = elementValue(evaluator, whole.file, whole.scope, expr);
      return { key: unknown(whole), value };
    });
  }
  const all = evaluator.evaluate(file, scope, list);
  if (all?.kind !== 'written') return undefined;
  const element = (expr: Expr): Value => elementValue(evaluator, all.file, all.scope, expr);
  if (isList(all.expr))
    return all.expr.list.map((item) => ({ key: unknown(all), value: element(item) }));
  // Elsewhere, a loop over a map goes over its keys.
  if (!isObject(all.expr) || file.family?.foldersAreModules !== true) return undefined;
  const { object, computed } = all.expr;
  return Object.entries(object).map(([key, given]) => ({
    key: computed === true ? unknown(all) : { kind: 'text', text: known(key) },
    value: element(given),
  }));
}

interface Element {
  readonly key: Value;
  readonly value: Value;
}

const unknown = ({ file, scope }: { file: LinkedFile; scope: Scope }): Value => ({
  kind: 'written',
  file,
  scope,
  expr: null,
});

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
