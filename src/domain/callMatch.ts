import type { FunctionRef } from './functionDecl.ts';
import { hole, statementShape } from './statementShape.ts';

/** A text of the source that a call to a database or another service carries: the statement, or the URL. */
export interface CallLiteral {
  /** Shape of a statement, or method and URL (`GET api.acme.com/users/…`): what telemetry's text is matched with. */
  readonly key: string;
  readonly kind: CallKind;
  readonly at: { readonly path: string; readonly line: number };
  /** Absent: at module level, or it isn't known which function uses it. */
  readonly owner?: FunctionRef;
}

export type CallKind = 'statement' | 'request';

/** What the receiver needs to name the literal of a call; keys of each kind. */
export interface CallTable {
  readonly statements: readonly string[];
  readonly requests: readonly string[];
}

/** Which literal of the workspace a call carries; undefined: none, or several fit equally. */
export interface CallMatcher {
  statement(text: string): string | undefined;
  request(method: string | undefined, url: string): string | undefined;
}

export const callTableOf = (literals: readonly CallLiteral[]): CallTable => {
  const of = (kind: CallKind): string[] => [
    ...new Set(literals.filter((l) => l.kind === kind).map((l) => l.key)),
  ];
  return { statements: of('statement'), requests: of('request') };
};

const mostRemembered = 2000;
const longestUrl = 2048;

export function callMatcher(table: CallTable): CallMatcher {
  const statements = statementMatcher(table.statements);
  const requests = requestMatcher(table.requests);
  return {
    statement: remembering(statements),
    request: (method, url) => requests(method, url),
  };
}

/** Services send few statements many times. */
function remembering(ask: (text: string) => string | undefined): typeof ask {
  const known = new Map<string, string | undefined>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    if (known.size >= mostRemembered) known.clear();
    const answer = ask(text);
    known.set(text, answer);
    return answer;
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function statementMatcher(keys: readonly string[]): (text: string) => string | undefined {
  const whole = new Set(keys.filter((key) => !key.includes(hole)));
  const open = keys
    .filter((key) => key.includes(hole))
    // What the source leaves open is one name or value: no part of a statement with a space in it.
    .map((key) => ({ key, start: key.slice(0, key.indexOf(hole)), parts: key.split(hole) }));
  return (text) => {
    const shape = statementShape(text);
    const found = open.filter((o) => shape.startsWith(o.start) && fills(o.parts, shape));
    if (whole.has(shape)) return found.length === 0 ? shape : undefined;
    return found.length === 1 ? found[0]?.key : undefined;
  };
}

/** Whether the parts stand in the text in this order, with one word between each two; the first fit of each part is taken. */
function fills(parts: readonly string[], text: string): boolean {
  let at = parts[0]?.length ?? 0;
  for (const part of parts.slice(1)) {
    const next = part === '' ? text.length : text.indexOf(part, at + 1);
    if (next < 0 || !/^[^\s(),]{1,200}$/.test(text.slice(at, next))) return false;
    at = next + part.length;
  }
  return at === text.length;
}

interface RequestPattern {
  readonly key: string;
  readonly method: string;
  readonly host: string;
  /** Host and path; a host that isn't said may come with the beginning of the path. */
  readonly pattern: RegExp;
  readonly literals: number;
}

/** By the last segment of the path that is said in full. */
function requestMatcher(
  keys: readonly string[],
): (method: string | undefined, url: string) => string | undefined {
  const bySegment = new Map<string, RequestPattern[]>();
  for (const key of keys) {
    const pattern = requestPattern(key);
    if (pattern === undefined) continue;
    const known = bySegment.get(pattern.segment);
    if (known) known.push(pattern);
    else bySegment.set(pattern.segment, [pattern]);
  }
  return (method, url) => {
    const place = placeOf(url);
    if (place === undefined) return undefined;
    const [, ...path] = place.split('/');
    const found = new Set<RequestPattern>();
    for (const segment of path.slice(0, 30))
      for (const candidate of bySegment.get(segment) ?? [])
        if (methodFits(candidate.method, method) && candidate.pattern.test(place))
          found.add(candidate);
    return best([...found]);
  };
}

function requestPattern(key: string): (RequestPattern & { readonly segment: string }) | undefined {
  const space = key.indexOf(' ');
  const method = key.slice(0, space);
  const [host = '', ...path] = key.slice(space + 1).split('/');
  const said = path.filter((segment) => segment !== '' && !segment.includes(hole));
  const segment = said.at(-1);
  if (segment === undefined) return undefined;
  const open = (text: string): string => text.split(hole).map(escaped).join('[^/]{1,200}');
  const start = host === hole ? '[^/]+(?:/[^/]+){0,4}' : open(host);
  const pattern = new RegExp(`^${start}${path.map((part) => `/${open(part)}`).join('')}$`);
  return { key, method, host, pattern, literals: said.length, segment };
}

const methodFits = (declared: string, asked: string | undefined): boolean =>
  declared === '*' || asked === undefined || declared === asked;

/** The one that says most: the host, then the most of the path; undefined where two say as much. */
function best(found: readonly RequestPattern[]): string | undefined {
  const said = (p: RequestPattern): number =>
    (p.host.includes(hole) ? 0 : 1000) + p.literals * 10 + Number(p.method !== '*');
  const sorted = [...found].sort((a, b) => said(b) - said(a));
  const [first, second] = sorted;
  if (first === undefined) return undefined;
  return second !== undefined && said(second) === said(first) ? undefined : first.key;
}

/** Host and path of a URL, without port, query and fragment. */
export function placeOf(url: string): string | undefined {
  if (url.length > longestUrl) return undefined;
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:?#]+)(?::\d+)?([^?#]*)/i.exec(url);
  if (match === null) return undefined;
  const [, host = '', path = ''] = match;
  return host.toLowerCase() + (path.replace(/\/$/, '') || '');
}
