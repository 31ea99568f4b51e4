/**
 * Parts of a function's name as run times report it, outermost first, without what compilers add: `(*T)`, `$1`, `func5`, `<locals>`,
 * `lambda$x$0`, `<anonymous>`. telemetry.md: names are compared by their ends, never for equality.
 */
export function nameTokens(name: string): readonly string[] {
  // Most names are plain: the expressions below would cost more than all the rest.
  if (!/[^\w.]/.test(name)) return name.split('.').filter(isToken);
  return name
    .replace(/\(\*?(\w+)\)/g, '$1')
    .replace(/lambda\$(\w+)\$\d+/g, '$1')
    .replace(/\$\$Lambda.*$/, '')
    .split(/[.#/\\:$]+/)
    .filter(isToken);
}

const added = /^(?:<.*>|func\d+|\d+|Object|async|new)$/;
const isToken = (token: string): boolean => token !== '' && !added.test(token);

/** How many parts agree, counted from the end. */
export function sharedTokens(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared))
    shared += 1;
  return shared;
}

/** Those whose names agree with the most parts of the wanted one. */
export function mostShared<T>(
  found: readonly T[],
  tokensOf: (item: T) => readonly string[],
  wanted: readonly string[],
): readonly T[] {
  if (found.length < 2 || wanted.length < 2) return found;
  const shared = found.map((item) => sharedTokens(tokensOf(item), wanted));
  const most = Math.max(...shared);
  return found.filter((_, i) => shared[i] === most);
}
