import { isCall, isName, renderExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';

/** Names that telemetry may have for a model: its own and those of the table or collection that mappers make of it, lower case. */
export function modelTables(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  model: Expr,
): readonly string[] | undefined {
  if (model === null) return undefined;
  if (typeof model === 'string') return formsOf(model);
  if (!isName(model)) return undefined;
  const source = sourceOf(evaluator, file, scope, model);
  // `mongoose.model('User', schema, 'people')`: the name is what the program calls it, not the variable.
  if (
    source !== undefined &&
    isCall(source.expr) &&
    /(?:^|\.)model$/.test(renderExpr(source.expr.call))
  ) {
    const [name, , collection] = source.expr.args;
    const text = evaluator.text(source.file, source.scope, name);
    if (text.unresolved !== undefined) return undefined;
    return typeof collection === 'string'
      ? [text.text.toLowerCase(), collection.toLowerCase()]
      : formsOf(text.text);
  }
  return formsOf(model.name.slice(model.name.lastIndexOf('.') + 1));
}

function formsOf(name: string): readonly string[] {
  const lower = name.toLowerCase();
  const snake = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
  return [...new Set([lower, snake, plural(lower), plural(snake)])];
}

const irregular: Readonly<Record<string, string>> = {
  person: 'people',
  child: 'children',
  mouse: 'mice',
};

/** As Mongoose and naming strategies do it: https://mongoosejs.com/docs/models.html */
function plural(word: string): string {
  for (const [one, many] of Object.entries(irregular))
    if (word.endsWith(one)) return word.slice(0, -one.length) + many;
  if (/(?<!hu)man$/.test(word)) return `${word.slice(0, -2)}en`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(?:[^f]fe|[lr]f)$/.test(word)) return `${word.replace(/fe?$/, '')}ves`;
  if (word.endsWith('sis')) return `${word.slice(0, -2)}es`;
  if (/[ti]um$/.test(word)) return `${word.slice(0, -2)}a`;
  return /(?:s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
