/** Stands for a part of a text that the source does not say. */
export const hole = '\u0001';

/** What is read of a statement: longer ones are told apart by their beginning. */
const longest = 4000;

/**
 * Parts of a statement that are written in several ways, or not kept by instrumentations: comments, literals, names in quotes,
 * parameters of every driver (`?`, `$1`, `:id`, `%s`, `%(id)s`, `@id`). `::type` is a cast.
 */
const parts =
  /\/\*[^*]{0,2000}\*\/|--[^\n]{0,2000}|'(?:[^']|''){0,2000}'|"([^"]*)"|`([^`]*)`|\[([A-Za-z_]\w*)\]|::\w+|%\(\w{1,60}\)s|%s|\$\d{1,5}|[:@][A-Za-z_]\w*|(?<![\w$.])\d[\w.]*/g;

/**
 * A statement as it is the same in source and in telemetry, whose literals may have been replaced: lower case, without comments and
 * quotes around names, `?` for every value, and for lists of values. Linear in the text's length.
 */
export function statementShape(text: string): string {
  return text
    .slice(0, longest)
    .replace(parts, (part: string, ...names: readonly (string | undefined)[]) => {
      const name = names[0] ?? names[1] ?? names[2];
      if (name !== undefined) return name;
      if (part.startsWith('::')) return part;
      return part.startsWith('--') || part.startsWith('/*') ? ' ' : '?';
    })
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),;=<>+*/|]) ?/g, '$1')
    .replace(/\?(?:,\?)+/g, '?')
    .replace(/\(\?\)(?:,\(\?\))+/g, '(?)')
    .replace(/^[ ;]+|[ ;]+$/g, '');
}

/** Names a table, or a procedure: too little is said by one that doesn't (`select 1`). */
export const namesTable = (shape: string): boolean =>
  // eslint-disable-next-line no-control-regex
  /\b(?:from|into|update|join|call|exec) ?[a-z_][^\s\u0001(),;?]*(?=[\s(),;]|$)/.test(shape);
