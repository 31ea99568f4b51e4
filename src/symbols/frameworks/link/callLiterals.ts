import type { CallLiteral } from '../../../domain/callMatch.ts';
import { hole, namesTable, statementShape } from '../../../domain/statementShape.ts';
import type { Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { maintenance } from './queries.ts';
import { refOf } from './refOf.ts';

const mostLiterals = 20_000;
const longestShape = 2000;
const mostHoles = 8;

/** Statements and URLs that the program's own code sends, with constants filled in. */
export function* callLiteralsOf(evaluator: Evaluator): Generator<void, CallLiteral[]> {
  const found: CallLiteral[] = [];
  for (const file of evaluator.files.values()) {
    yield;
    const { statements = [], requests = [] } = file.facts;
    if (file.inTest || maintenance.test(file.relativePath)) continue;
    for (const { scopes, line, text } of statements) {
      const key = statementShape(withHoles(evaluator, file, scopes[0] ?? -1, text));
      if (!isTold(key) || !namesTable(key)) continue;
      // Each function that uses a constant may be the one.
      for (const scope of scopes.length === 0 ? [-1] : scopes)
        found.push(literalAt(file, scope, line, key, 'statement'));
    }
    for (const { scope, line, method, url } of requests) {
      const place = urlPlace(withHoles(evaluator, file, scope, url));
      if (place !== undefined && isTold(place))
        found.push(literalAt(file, scope, line, `${method} ${place}`, 'request'));
    }
    if (found.length > mostLiterals) break;
  }
  return found;
}

const isTold = (key: string): boolean =>
  key.length <= longestShape && key.split(hole).length <= mostHoles;

function literalAt(
  file: LinkedFile,
  scope: Scope,
  line: number,
  key: string,
  kind: CallLiteral['kind'],
): CallLiteral {
  const owner = file.functions[scope];
  return {
    key,
    kind,
    at: { path: file.path, line },
    ...(owner === undefined || owner.kind === 'class' ? {} : { owner: refOf(owner) }),
  };
}

/** The text with a hole for each part that can't be read. */
function withHoles(evaluator: Evaluator, file: LinkedFile, scope: Scope, expr: Expr): string {
  if (typeof expr === 'string') return expr;
  if (typeof expr === 'object' && expr !== null && 'join' in expr)
    return expr.join.map((part) => withHoles(evaluator, file, scope, part)).join('');
  const text = expr === null ? undefined : evaluator.text(file, scope, expr);
  return text === undefined || text.unresolved !== undefined ? hole : text.text;
}

/** Formats of templates in URLs: `{id}`, `%s`, `:id`. */
const templated = /\{[^{}/]{0,60}\}|%[sdv]|(?<=\/):\w+/g;

/** Host and path; a hole for a host that isn't said. */
function urlPlace(url: string): string | undefined {
  const open = url.replace(templated, hole);
  // eslint-disable-next-line no-control-regex
  const match = /^(?:https?:\/\/([^/?#]+)|(\u0001)|(?=\/))([^?#]*)/.exec(open);
  if (match === null) return undefined;
  const host = (match[1] ?? hole).toLowerCase().replace(/:\d+$/, '');
  const path = (match[3] ?? '').replace(/\/$/, '');
  if (path !== '' && !path.startsWith('/')) return undefined;
  return host.includes(hole) ? hole + path : host + path;
}
