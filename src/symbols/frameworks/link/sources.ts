import { isName, isObject, type Expr } from '../expression.ts';
import { parentOf } from '../families/family.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';

/** An expression as it is written, and where. */
export interface Source {
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly expr: Expr;
}

const deepest = 8;

/** The expression that a name was bound to, here or in the file that exports it. */
export function sourceOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr,
  depth = 0,
): Source | undefined {
  if (depth > deepest) return undefined;
  // `register(import('./users.js'))`
  if (typeof expr === 'object' && expr !== null && 'module' in expr)
    return exportSource(evaluator, file, expr.module, 'default', depth + 1);
  if (!isName(expr)) return { file, scope, expr };
  const dot = expr.name.lastIndexOf('.');
  if (dot < 0) {
    const bound = file.binding(scope, expr.name);
    if (bound !== undefined)
      return sourceOf(evaluator, file, bound.from ?? bound.scope, bound.value, depth + 1);
    const shared = evaluator.typed.written(parentOf(file.path), expr.name);
    if (shared !== undefined) return sourceOf(evaluator, shared.file, -1, shared.what, depth + 1);
    const imported = file.imports.get(expr.name);
    return imported === undefined
      ? undefined
      : exportSource(evaluator, file, imported.module, imported.exported, depth + 1);
  }
  const whole = file.binding(scope, expr.name);
  if (whole !== undefined)
    return sourceOf(evaluator, file, whole.from ?? whole.scope, whole.value, depth + 1);
  const owner = evaluator.evaluate(file, scope, { name: expr.name.slice(0, dot) });
  const member = expr.name.slice(dot + 1);
  if (owner?.kind === 'folder') {
    const shared = evaluator.typed.written(owner.folder, member);
    return shared && sourceOf(evaluator, shared.file, -1, shared.what, depth + 1);
  }
  if (owner?.kind === 'object') {
    const given = evaluator.typed.given(owner, member);
    return owner.literal && given !== undefined
      ? sourceOf(evaluator, owner.literal.file, owner.literal.scope, given, depth + 1)
      : undefined;
  }
  if (owner?.kind === 'module') return fileExport(evaluator, owner.file, member, depth + 1);
  if (owner?.kind === 'written' && isObject(owner.expr)) {
    const value = owner.expr.object[member];
    return value === undefined
      ? undefined
      : sourceOf(evaluator, owner.file, owner.scope, value, depth + 1);
  }
  if (owner?.kind !== 'class' && owner?.kind !== 'instance') return undefined;
  const value = owner.file.ownBinding(owner.index, member);
  return value === undefined
    ? undefined
    : { file: owner.file, scope: value.from ?? owner.index, expr: value.value };
}

function exportSource(
  evaluator: Evaluator,
  from: LinkedFile,
  module: string,
  exported: string,
  depth: number,
): Source | undefined {
  const path = evaluator.modules.resolve(from.path, module);
  const file = path === undefined ? undefined : evaluator.files.get(path);
  return file === undefined ? undefined : fileExport(evaluator, file, exported, depth);
}

function fileExport(
  evaluator: Evaluator,
  file: LinkedFile,
  name: string,
  depth: number,
): Source | undefined {
  // Files may re-export from each other.
  if (depth > deepest) return undefined;
  const value = file.exports.get(name) ?? (name === 'default' ? file.exports.get('*') : undefined);
  if (value !== undefined) return sourceOf(evaluator, file, -1, value, depth);
  const again = file.reexports.get(name);
  if (again !== undefined)
    return exportSource(evaluator, file, again.module, again.exported, depth + 1);
  const bound = file.binding(-1, name);
  if (bound !== undefined && file.family?.everythingIsExported)
    return sourceOf(evaluator, file, -1, bound.value, depth);
  for (const star of file.stars) {
    const found = exportSource(evaluator, file, star, name, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
