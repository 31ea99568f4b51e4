import type { TrailingSlash } from '../routerFramework.ts';

/** A string of the program as far as the source says it: what follows the last part that can't be read. */
export interface Text {
  readonly text: string;
  /** What could not be read, as source text. */
  readonly unresolved?: string;
  /** The whole text, if what could not be read is what the source says for a program that isn't configured otherwise. */
  readonly assumed?: string;
}

export const known = (text: string): Text => ({ text });

export function concat(left: Text, right: Text): Text {
  const assumed = assumedOf(left, right, (a, b) => a + b);
  if (right.unresolved !== undefined)
    return { text: right.text, unresolved: right.unresolved, ...assumed };
  const text = left.text + right.text;
  return left.unresolved === undefined
    ? { text }
    : { text, unresolved: left.unresolved, ...assumed };
}

/** What two texts are together, where a part of them is only assumed. */
function assumedOf(
  left: Text,
  right: Text,
  join: (left: string, right: string) => string,
): { readonly assumed?: string } {
  if (left.assumed === undefined && right.assumed === undefined) return {};
  const [a, b] = [left, right].map(
    (t) => t.assumed ?? (t.unresolved === undefined ? t.text : undefined),
  );
  return a === undefined || b === undefined ? {} : { assumed: join(a, b) };
}

/** Joins a mount's prefix and a path as the framework does. */
export function joinRoute(prefix: Text, path: Text, trailingSlash: TrailingSlash): Text {
  const { text, unresolved } = joinRead(prefix, path, trailingSlash);
  if (unresolved === undefined) return { text };
  const join = (a: string, b: string): string => joinRead(known(a), known(b), trailingSlash).text;
  return { text, unresolved, ...assumedOf(prefix, path, join) };
}

function joinRead(prefix: Text, path: Text, trailingSlash: TrailingSlash): Text {
  if (trailingSlash === 'verbatim')
    return concat(prefix, { ...path, text: path.text.replace(/^\^/, '') });
  if (trailingSlash === 'differs')
    return concat(prefix, { ...path, text: joint(prefix.text, path.text) });
  if (trailingSlash === 'kept') {
    const apart = path.text === '' || path.text.startsWith('/') || path.unresolved !== undefined;
    return concat(
      { ...prefix, text: prefix.text.replace(/\/$/, '') },
      apart ? path : concat(known('/'), path),
    );
  }
  const trimmed = path.text.replace(/^\/+|(?<!\/)\/+$/g, '');
  const base = prefix.text.replace(/(?<!\/)\/+$/, '');
  if (path.unresolved !== undefined) return { text: `/${trimmed}`, unresolved: path.unresolved };
  const head = base === '' || base.startsWith('/') ? base : `/${base}`;
  const text = trimmed === '' ? head || '/' : `${head}/${trimmed}`;
  return prefix.unresolved === undefined ? { text } : { text, unresolved: prefix.unresolved };
}

/** What follows a prefix, with exactly one slash between the two. */
function joint(prefix: string, path: string): string {
  if (prefix === '' || path === '') return path;
  const bare = path.replace(/^\/+/, '');
  return prefix.endsWith('/') ? bare : `/${bare}`;
}
