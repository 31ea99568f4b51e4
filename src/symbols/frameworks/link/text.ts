import type { TrailingSlash } from '../framework.ts';

/** A string of the program as far as the source says it: what follows the last part that can't be read. */
export interface Text {
  readonly text: string;
  /** What could not be read, as source text. */
  readonly unresolved?: string;
}

export const known = (text: string): Text => ({ text });

export function concat(left: Text, right: Text): Text {
  if (right.unresolved !== undefined) return right;
  const text = left.text + right.text;
  return left.unresolved === undefined ? { text } : { text, unresolved: left.unresolved };
}

/** Joins a mount's prefix and a path as the framework does. */
export function joinRoute(prefix: Text, path: Text, trailingSlash: TrailingSlash): Text {
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
