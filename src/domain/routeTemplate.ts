import type { RouteTraits } from './route.ts';

/** A route template made matchable. */
export interface CompiledTemplate {
  readonly pattern: RegExp;
  /** First segment that is static behind parameters of one segment each, and where it is: the index key. */
  readonly fixed?: { readonly at: number; readonly text: string };
  /** Per segment: 3 static, 2 constrained parameter or mixed, 1 parameter, 0 wildcard. */
  readonly ranks: readonly number[];
  /** Template with its parameters' names removed: equal for the same route written in two syntaxes. */
  readonly shape: string;
}

interface Segment {
  readonly pattern: string;
  readonly rank: number;
  readonly shape: string;
  /** Takes the rest of the path. */
  readonly rest?: 'some' | 'any';
  /** The segment may be missing. */
  readonly optional?: true;
}

/**
 * Templates in the syntaxes of Express, Fastify, Nest, Next, Spring, FastAPI, Flask, Django, Go 1.22, gin and chi. Only harmless
 * constraints are taken over into the pattern: a template is source text, and must not bring a pathological expression.
 */
export function compileTemplate(template: string, traits: RouteTraits = {}): CompiledTemplate {
  const trimmed = template.replace(/^\^/, '').replace(/\$$/, '');
  const text = trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
  const parts = splitSegments(text.slice(1));
  const isSubtree = traits.subtrees === true && text.endsWith('/');
  const segments = parts.map(compileSegment);
  const open = segments.filter((s) => s.rest !== undefined || s.optional === true).length;
  let pattern = open > mostOpenSegments ? '^(?!)' : '^';
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment.rest === 'any' || segment.optional === true) pattern += `(?:/${segment.pattern})?`;
    else pattern += last && parts[i] === '' ? '/' : `/${segment.pattern}`;
  }
  if (isSubtree) pattern += '.*';
  else if (traits.slash === undefined && text !== '/') pattern = `${pattern.replace(/\/$/, '')}/?`;
  const fixed = segments.findIndex((s) => s.rank === 3);
  // A constraint may take in slashes: what follows it has no certain place.
  const isPlaced = segments.slice(0, fixed).every((s) => s.rank === 1 && s.optional !== true);
  return {
    pattern: new RegExp(`${pattern}$`),
    // A static segment's shape is its text (empty for Go's `{$}`).
    ...(fixed >= 0 && isPlaced && parts[fixed] !== ''
      ? { fixed: { at: fixed, text: segments[fixed]?.shape ?? '' } }
      : {}),
    ranks: segments.map((s, i) => (isSubtree && i === segments.length - 1 ? 0 : s.rank)),
    shape: segments
      .map((s) => s.shape)
      .join('/')
      .replace(/\/$/, ''),
  };
}

/** Splits at slashes outside of brackets: constraints may contain them. */
function splitSegments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const char of text) {
    if ('{[(<'.includes(char)) depth += 1;
    if ('}])>'.includes(char)) depth = Math.max(0, depth - 1);
    if (char === '/' && depth === 0) {
      parts.push(current);
      current = '';
    } else current += char;
  }
  parts.push(current);
  return parts;
}

/** Parts of any length beside each other can be tried in so many ways that a path could be made to take minutes. */
const mostOpenSegments = 4;
const mostParametersInSegment = 4;
const longestBesideAnother = 64;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const converters: Readonly<Record<string, string>> = {
  int: '-?\\d+',
  float: '-?\\d+(?:\\.\\d+)?',
  uuid: '[0-9a-fA-F-]{32,36}',
  slug: '[-a-zA-Z0-9_]+',
};

function compileSegment(text: string): Segment {
  if (text === '{$}') return { pattern: '', rank: 3, shape: '' };
  if (text === '*' || text === '**' || /^\*\w+$/.test(text) || /^\{\*\w+\}$/.test(text))
    return { pattern: '.*', rank: 0, shape: '**', rest: 'any' };
  if (/^\[\[\.\.\.\w+\]\]$/.test(text)) return { pattern: '.*', rank: 0, shape: '**', rest: 'any' };
  if (/^\[\.\.\.\w+\]$/.test(text) || /^<path:\w+>$/.test(text) || /^\{\w+:path\}$/.test(text))
    return { pattern: '.+', rank: 0, shape: '**', rest: 'some' };
  // Micronaut's `{+path}`, Fiber's `+`.
  if (/^(?:\{\+\w+\}|\+)$/.test(text)) return { pattern: '.+', rank: 0, shape: '**', rest: 'some' };
  if (/^\{\w+\.\.\.\}$/.test(text)) return { pattern: '.*', rank: 0, shape: '**', rest: 'any' };
  const optional = /^:\w+\?$/.test(text);
  return optional ? { pattern: '[^/]+', rank: 1, shape: '{}', optional: true } : compileMixed(text);
}

/** Parameter forms inside a segment: `:id(\d+)`, `{id:regex}`, `<int:id>`, `(?P<id>[^/.]+)`, `[id]`. */
const parameter =
  /:(\w+)(?:\(([^()]*)\)|\{([^{}]*(?:\{[\d,]*\})?)\}|<[^<>]*>)?|\{(\w+)(?::([^{}]*(?:\{[\d,]*\}[^{}]*)*))?\}|<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>|\(\?P<(\w+)>((?:[^()[\]]|\[[^\]]*\])*)\)|\[(\w+)\]/g;

function compileMixed(text: string): Segment {
  let pattern = '';
  let shape = '';
  let at = 0;
  let constrained = false;
  let parameters = 0;
  const found = [...text.matchAll(parameter)];
  const bounded = (open: string): string =>
    found.length < 2
      ? open
      : open.replace(/[+*]$/, (q) => `{${q === '+' ? 1 : 0},${longestBesideAnother}}`);
  for (const match of found) {
    const constraint = match[2] ?? match[3] ?? match[5] ?? match[9];
    const accepted = harmless(constraint) ?? converters[match[6] ?? ''];
    pattern += escaped(text.slice(at, match.index)) + bounded(accepted ?? '[^/]+');
    shape += `${text.slice(at, match.index)}{}`;
    at = match.index + match[0].length;
    constrained ||= accepted !== undefined || match.index > 0;
    parameters += 1;
  }
  pattern += escaped(text.slice(at));
  shape += text.slice(at);
  if (parameters === 0) return { pattern, rank: 3, shape };
  if (parameters > mostParametersInSegment) pattern = '(?!)';
  return { pattern, rank: constrained || at < text.length ? 2 : 1, shape };
}

/** One character class or escape with at most one quantifier can't backtrack badly; anything else is dropped. */
function harmless(constraint: string | undefined): string | undefined {
  if (constraint === undefined) return undefined;
  return /^(?:\[(?:[^\]\\[]|\\[dw.-])+\]|\\[dw])(?:[+*]|\{\d+(?:,\d*)?\})?$/.test(constraint)
    ? constraint
    : undefined;
}
