/** Stands for a part of a text that the source does not say. */
export const hole = '\u0001';

/** What is read of a statement: longer ones are told apart by their beginning. */
const longest = 4000;

/**
 * Parts of a statement that are not the same in source and telemetry: comments, literals, parameters of every driver (`?`, `$1`, `:id`,
 * `%s`, `%(id)s`, `@id`, `{0}`). `::type` is a cast.
 */
const parts =
  /\/\*[^*]{0,2000}\*\/|--[^\n]{0,2000}|'(?:[^']|''){0,2000}'|::\w+|%\(\w{1,60}\)s|%s|\{\d{1,3}\}|\$\d{1,5}|[:@][A-Za-z_]\w*|(?<![\w$.])\d[\w.]*/g;

/**
 * A statement as it is the same in source and in telemetry, whose literals may have been replaced: without comments, `?` for every
 * value, and for lists of values. Case, quotes and the spaces around signs stay: by them a text of the source differs from what a library
 * makes by itself. Linear in the text's length.
 */
export function statementShape(text: string): string {
  return text
    .slice(0, longest)
    .replace(parts, (part: string) => {
      if (part.startsWith('::')) return part;
      return part.startsWith('--') || part.startsWith('/*') ? ' ' : '?';
    })
    .replace(/\s+/g, ' ')
    .replace(/\?(?:, ?\?)+/g, '?')
    .replace(/\(\?\)(?:, ?\(\?\))+/g, '(?)')
    .replace(/^[ ;"]+|[ ;"]+$/g, '');
}

/** Names a table, or a procedure: too little is said by one that doesn't (`select 1`). */
export const namesTable = (shape: string): boolean =>
  // eslint-disable-next-line no-control-regex
  /\b(?:from|into|update|join|call|exec) ?["`[]?[a-z_][^\s\u0001(),;?]*(?=[\s(),;]|$)/i.test(shape);
