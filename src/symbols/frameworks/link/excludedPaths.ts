import { isList, isObject, renderExpr, type Expr } from '../expression.ts';
import { escapeForPattern } from '../extract/collector.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';
import { type Text } from './text.ts';

/**
 * Paths that a global prefix isn't put before: templates with wildcards (`hooks/*path`, `hooks/(.*)`), alone or with one method.
 * https://docs.nestjs.com/faq/global-prefix
 */
export class ExcludedPaths {
  private readonly evaluator: Evaluator;
  private readonly file: LinkedFile;
  private readonly scope: Scope;
  private readonly exclude: Expr;
  private readonly anyMethod: RegExp;

  constructor(
    evaluator: Evaluator,
    file: LinkedFile,
    scope: Scope,
    exclude: Expr,
    anyMethod: RegExp,
  ) {
    this.evaluator = evaluator;
    this.file = file;
    this.scope = scope;
    this.exclude = exclude;
    this.anyMethod = anyMethod;
  }

  /** `yes`, `no`, or what can't be read, so that nothing can be said. */
  has(path: Text, method: string): string {
    const list = sourceOf(this.evaluator, this.file, this.scope, this.exclude);
    if (list === undefined || !isList(list.expr)) return renderExpr(this.exclude);
    let unread: string | undefined;
    for (const item of list.expr.list) {
      const entry = sourceOf(this.evaluator, list.file, list.scope, item) ?? {
        ...list,
        expr: item,
      };
      const object = isObject(entry.expr) ? entry.expr.object : undefined;
      const given = object === undefined ? entry.expr : (object['path'] ?? null);
      const template = this.evaluator.text(entry.file, entry.scope, given);
      if (template.unresolved !== undefined) unread ??= template.unresolved;
      else if (this.isFor(object?.['method'], method) && matches(template.text, path)) return 'yes';
    }
    return unread ?? 'no';
  }

  private isFor(written: Expr | undefined, method: string): boolean {
    if (written === undefined) return true;
    const text = renderExpr(written);
    return this.anyMethod.test(text) || text.split('.').at(-1) === method;
  }
}

/** Parts of any length are few, or trying them all could take long. */
const mostWildcards = 3;

function matches(template: string, { text, unresolved }: Text): boolean {
  const bare = template.replace(/^\/|\/$/g, '');
  const parts = bare.split(/\{?\/?\*\w*\}?|\(\.\*\)/);
  if (unresolved !== undefined || parts.length > mostWildcards + 1) return false;
  const pattern = parts
    .map((part) => part.split(/:\w+/).map(escapeForPattern).join('[^/]+'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text.replace(/^\/|\/$/g, ''));
}
