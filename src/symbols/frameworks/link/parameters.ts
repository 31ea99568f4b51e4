import { isCall, isList, isName, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { LinkedFile } from './linkedFile.ts';

/** A parameter, by the function that declares it. */
export interface Parameter {
  readonly scope: Scope;
  readonly name: string;
}

const deepest = 4;

/** Parameters that an expression is made of as they are given, not a member of one: also through local names. */
export function parametersIn(
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
): readonly Parameter[] {
  if (expr === undefined || expr === null || typeof expr === 'string' || depth > deepest) return [];
  const inner = (part: Expr): readonly Parameter[] => parametersIn(file, scope, part, depth + 1);
  if (isName(expr)) return named(file, scope, expr.name, depth);
  if ('join' in expr) return expr.join.flatMap(inner);
  if (isList(expr)) return expr.list.flatMap(inner);
  if (isCall(expr)) return expr.args.flatMap(inner);
  return [];
}

function named(file: LinkedFile, scope: Scope, name: string, depth: number): readonly Parameter[] {
  if (name.includes('.')) return [];
  const declared = file.parameterScope(scope, name);
  const bound = file.binding(scope, name);
  if (bound !== undefined && bound.scope >= Math.max(0, declared ?? 0))
    return parametersIn(file, bound.scope, bound.value, depth + 1);
  return declared === undefined ? [] : [{ scope: declared, name }];
}
