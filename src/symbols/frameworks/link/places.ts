import { isCall, receiverOf, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { joinPath, parentOf } from '../families/family.ts';
import { sourceOf } from './sources.ts';

const folders = new Set(['__dirname', 'import.meta.dirname']);
const files = new Set(['__filename', 'import.meta.filename', 'import.meta.url']);
const deepest = 8;

/** Absolute path that an expression says, where it starts from the file itself: `path.join(__dirname, 'routes')`. */
export function placeText(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
): string | undefined {
  if (expr === undefined || expr === null || depth > deepest) return undefined;
  if (typeof expr === 'string') return expr;
  const read = (part: Expr | undefined): string | undefined =>
    placeText(evaluator, file, scope, part, depth + 1);
  if ('name' in expr) {
    if (file.binding(scope, expr.name) === undefined) {
      if (folders.has(expr.name)) return parentOf(file.path);
      if (files.has(expr.name)) return file.path;
    }
    const source = sourceOf(evaluator, file, scope, expr);
    return source === undefined || source.expr === expr
      ? undefined
      : placeText(evaluator, source.file, source.scope, source.expr, depth + 1);
  }
  if ('join' in expr) {
    const parts = expr.join.map(read);
    return parts.includes(undefined) ? undefined : parts.join('');
  }
  if ('of' in expr) return /^(?:pathname|href)$/.test(expr.member) ? read(expr.of) : undefined;
  return isCall(expr) ? calledPlace(expr, read) : undefined;
}

function calledPlace(
  expr: Extract<Expr, { call: Expr }>,
  read: (part: Expr | undefined) => string | undefined,
): string | undefined {
  const callee = expr.call;
  const name =
    receiverOf(expr)?.member ??
    (typeof callee === 'object' && callee !== null && 'name' in callee ? callee.name : '');
  const [first, second] = expr.args;
  const start = read(first);
  switch (name) {
    case 'join':
    case 'resolve': {
      const rest = expr.args.slice(1).map(read);
      return start === undefined || !start.startsWith('/') || rest.includes(undefined)
        ? undefined
        : joinPath(start, rest.join('/'));
    }
    case 'dirname':
      return start === undefined ? undefined : parentOf(start);
    case 'fileURLToPath':
      return start;
    case 'URL': {
      const base = read(second);
      return start === undefined || base === undefined
        ? undefined
        : joinPath(parentOf(base), start);
    }
    default:
      return undefined;
  }
}
