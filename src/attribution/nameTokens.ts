/**
 * Parts of a function's name as run times report it, outermost first, without what compilers add: `(*T)`, `$1`, `func5`, `<locals>`,
 * `lambda$x$0`, `<anonymous>`. telemetry.md: names are compared by their ends, never for equality.
 */
export function nameTokens(name: string): readonly string[] {
  // Most names are plain: the expressions below would cost more than all the rest.
  if (!unplain.test(name)) return name.split('.').filter(isToken);
  return asWritten(name)
    .replace(/\(\*?(\w+)\)/g, '$1')
    .split(/[.#/\\:$]+/)
    .filter(isToken);
}

const unplain = /[^\w.]|_(?:Subclass|ClientProxy)\b|Kt\./;

/** A name without what compilers and frameworks of the JVM put into it. */
export function asWritten(name: string): string {
  if (!unplain.test(name)) return name;
  return generated.reduce((text, [pattern, written]) => text.replace(pattern, written), name);
}

const generated: readonly (readonly [RegExp, string])[] = [
  // Lambdas and what they run in: javac, Kotlin, its coroutines.
  [/\$\$Lambda.*$/, ''],
  [/\b(\w+)\.lambda\$new\$\d+|\b(\w+)\.<init>/, '$1$2.$1$2'],
  [/lambda\$(\w+)\$\d+/g, '$1'],
  [/(\w)\$lambda(?:\$\d+)+/g, '$1'],
  [/\$([a-z]\w*?)(?:\$\d+)+\.(?:invokeSuspend|invoke)$/, '.$1'],
  [/\baccess\$(\w+)$/, '$1'],
  [/(\w)\$(?:default|suspendImpl)$/, '$1'],
  [/\$Companion\b/, ''],
  [/\b([A-Z]\w*)Kt\./, '$1.'],
  // Subclasses made for advice: Spring and Hibernate, Quarkus, Micronaut.
  [/\$\$?(?:Enhancer|FastClass|Spring|Hibernate|ByteBuddy)\w*(?:\$+\w+?)*(?=\.)/, ''],
  [/_(?:Subclass|ClientProxy)(?=\.)/, ''],
  [/\$(\w+)\$Definition\$Intercepted/, '$1'],
];

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
