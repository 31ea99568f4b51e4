import type { Expr } from '../expression.ts';
import type { Text } from './text.ts';

const leading = /^([A-Z]+)[ \t]+/;

/** Method and path of a pattern that may name a method and a host: `GET example.com/users/{id}`. */
export function splitPattern(
  text: Text,
  written: Expr | undefined,
): { readonly method: string; readonly path: Text } {
  const method = leading.exec(text.text)?.[1] ?? methodOf(written) ?? '*';
  const rest = text.text.replace(leading, '');
  const slash = rest.indexOf('/');
  // What stands before the first slash is a host, or followed a part that can't be read.
  const path = slash > 0 && text.unresolved === undefined ? rest.slice(slash) : rest;
  return { method, path: { ...text, text: path } };
}

/** `"GET " + prefix + "/users"`: the method is read although the prefix can't be. */
function methodOf(written: Expr | undefined): string | undefined {
  if (typeof written === 'string') return leading.exec(written)?.[1];
  if (typeof written !== 'object' || written === null || !('join' in written)) return undefined;
  return methodOf(written.join[0]);
}
