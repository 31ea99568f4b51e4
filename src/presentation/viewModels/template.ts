import type { Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';

export const fieldNames = [
  'p50',
  'p95',
  'p99',
  'errors',
  'rate',
  'count',
  'releases',
  'drift',
  'age',
  'env',
] as const;
export type FieldName = (typeof fieldNames)[number];

/** '' means: not known, or nothing to say. */
export type Fields = Readonly<Record<FieldName, string>>;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: FieldName }
  | { readonly kind: 'group'; readonly parts: readonly Part[] };

export type Template = readonly Part[];

/** What stands around empty fields is no text: cut at both ends. */
const loose = /^[\s·•|,;]+|[\s·•|,;]+$/gu;

/** Template of an annotation: literals, `${field}`, and `[…]` groups (also nested); `\` takes the next character as it is. */
export function parseTemplate(text: string): Result<Template> {
  const stack: Part[][] = [[]];
  let literal = '';
  const top = (): Part[] => stack[stack.length - 1] ?? [];
  const flush = (): void => {
    if (literal !== '') top().push({ kind: 'text', text: literal });
    literal = '';
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\' && at + 1 < text.length) literal += text.charAt(++at);
    else if (text.startsWith('${', at)) {
      const end = text.indexOf('}', at);
      if (end < 0) return invalid(`\${ at position ${at + 1} is not closed`, 'Add the missing }.');
      const name = text.slice(at + 2, end);
      const field = fieldNames.find((known) => known === name);
      if (field === undefined)
        return invalid(
          `there is no field “${name.slice(0, 40)}”`,
          `Fields are ${fieldNames.join(', ')}.`,
        );
      flush();
      top().push({ kind: 'field', name: field });
      at = end;
    } else if (character === '[') {
      flush();
      stack.push([]);
    } else if (character === ']') {
      flush();
      const parts = stack.pop() ?? [];
      if (stack.length === 0)
        return invalid(`] at position ${at + 1} closes nothing`, 'Remove it, or write \\].');
      top().push({ kind: 'group', parts });
    } else literal += character;
  }
  flush();
  if (stack.length > 1) return invalid('a [ is not closed', 'Add the missing ], or write \\[.');
  return ok(top());
}

const invalid = (message: string, remedy: string): Result<never> =>
  fail('invalid', `prodlens.annotations.format: ${message}`, remedy);

export const renderTemplate = (template: Template, fields: Fields): string =>
  template
    .map((part) => renderPart(part, fields))
    .join('')
    .replace(loose, '');

function renderPart(part: Part, fields: Fields): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'field') return fields[part.name];
  const vanishes = part.parts.some((inner) => inner.kind === 'field' && fields[inner.name] === '');
  return vanishes ? '' : part.parts.map((inner) => renderPart(inner, fields)).join('');
}
