import type { Node } from 'web-tree-sitter';
import type { Expr } from '../expression.ts';
import type { RequestFact, Scope, StatementFact } from '../fileFacts.ts';
import { requestPatterns, type RequestPattern } from '../requestPatterns.ts';
import { escapeForPattern, type FactsCollector } from './collector.ts';

/** What a family's syntax must tell so that texts of calls can be read. */
export interface TextSyntax {
  readonly family: string;
  readonly read: (collector: FactsCollector, node: Node) => Expr;
  /** Source of a pattern for what a text begins with that has no quotes before its first line: `<<~SQL`. */
  readonly heredoc?: string;
}

const mostTexts = 1000;
const mostUsers = 50;

/** A string that begins like a statement, also behind a comment (`-- name: GetUser :one`). */
const beginning =
  '(?:\\s|--[^\\n]{0,200}\\n){0,20}(select|insert|update|delete|with|merge|replace|call)\\s';
const statementSeeds = new RegExp(`["'\`]${beginning}`, 'gi');
const names = /\b(?:from|into|set|join|call|using)\b/i;

/** Nodes that a text may be put together of. */
const textParts =
  /^(?:string|string_\w+|template_string|\w*string_literal|\w*string_fragment|\w*string_literal_content|multiline_string\w*|concatenated_string|binary_expression|binary_operator|parenthesized_expression|additive_expression|literal_element|encapsed_string|chained_string|raw_string_content|interpolated_string_\w+|(?:here|now)doc\w*|binary)$/;

/** Statements and URLs in a file's texts, with the functions that hold them. */
export function readCallTexts(collector: FactsCollector, syntax: TextSyntax): void {
  const { facts } = collector;
  const statements: StatementFact[] = [];
  const seen = new Set<number>();
  const seeds =
    syntax.heredoc === undefined
      ? statementSeeds
      : new RegExp(`(?:["']|${syntax.heredoc})${beginning}`, 'gi');
  for (const { node } of collector.seeds(seeds)) {
    if (statements.length >= mostTexts) break;
    const whole = wholeText(node);
    if (seen.has(whole.id) || !names.test(whole.text)) continue;
    seen.add(whole.id);
    const text = syntax.read(collector, whole);
    if (text === null) continue;
    const scopes = isSent(whole) ? holders(collector, whole) : [];
    statements.push({ scopes, line: whole.startPosition.row, text });
  }
  if (statements.length > 0) facts.statements = statements;
  const pattern = requestPatterns.find((p) => p.family === syntax.family);
  const requests = pattern === undefined ? [] : readRequests(collector, syntax, pattern);
  if (requests.length > 0) facts.requests = requests;
}

/** The whole of what is joined to one text. */
function wholeText(node: Node): Node {
  let whole = node;
  while (whole.parent !== null && textParts.test(whole.parent.type)) whole = whole.parent;
  return whole;
}

/** Calls that send a statement, or make it ready to be sent: others may keep it for a library to send (`usersByUsernameQuery`). */
const sends =
  /^(?:query\w*|\w+_query\w*|exec\w*|fromSql\w*|sqlQuery\w*|\w*Command|prepare\w*|update|batch\w*|raw\w*|\$\w*|sql|text|run|all|get|each|fetch\w*|scalars?|select\w*|one\w*|none|many\w*|any|first|create\w*Query|named\w*|must\w*|send\w*|queue|read_sql\w*|literal\w*|nativeQuery|call|trim\w*|format\w*|strip\w*|dedent|sprintf|unsafe|statement|stream|cursor|iterate|find_by_sql)$/i;
const argumentTypes = /^(?:arguments?|argument_list|value_arguments?|keyword_argument)$/;

/** Not given to a call of which that can't be said. */
function isSent(text: Node): boolean {
  let list: Node | null = null;
  let at = text.parent;
  while (at !== null && argumentTypes.test(at.type)) {
    list = at;
    at = at.parent;
  }
  if (list === null || at === null) return true;
  const head = at.text.slice(0, list.startIndex - at.startIndex).slice(-120);
  const callee = /([\w$]+)\s*(?:(?:::)?<[^<>]*>)?\s*$/.exec(head)?.[1];
  return callee === undefined || sends.test(callee);
}

/** The function around it; for a constant, the functions of the file that name it. */
function holders(collector: FactsCollector, text: Node): readonly Scope[] {
  const scope = collector.scopeOf(text);
  if (scope >= 0 && collector.file.functions[scope]?.kind !== 'class') return [scope];
  const name = constantName(text);
  if (name === undefined) return [];
  const users = new Set<Scope>();
  for (const { node } of collector.seeds(
    new RegExp(`(?<![\\w$])(${escapeForPattern(name)})(?![\\w$])`, 'g'),
  )) {
    const user = collector.scopeOf(node);
    if (user >= 0 && collector.file.functions[user]?.kind !== 'class') users.add(user);
    if (users.size >= mostUsers) break;
  }
  return [...users];
}

/** `const FIND = 'select …'`, `static final String FIND = "…"`. */
function constantName(text: Node): string | undefined {
  let at = text.parent;
  for (let steps = 0; at !== null && steps < 4; steps += 1, at = at.parent) {
    const name = at.childForFieldName('name') ?? at.childForFieldName('left');
    if (name !== null) return /^[A-Za-z_$][\w$]*$/.test(name.text) ? name.text : undefined;
    if (/^(?:arguments|argument_list|pair|object|dictionary)$/.test(at.type)) return undefined;
  }
  return undefined;
}

/** Beginnings of URLs: with a host, or after a base that a variable holds. */
const urlSeeds = /(["'`])(?=https?:\/\/[^\s"'`]*\/|[$#]?\{[^{}"'`\n]{1,80}\}\/|\/[\w{$%:])/g;

function readRequests(
  collector: FactsCollector,
  syntax: TextSyntax,
  pattern: RequestPattern,
): RequestFact[] {
  const requests: RequestFact[] = [];
  if (!pattern.mentioned.test(collector.file.text)) return requests;
  const seen = new Set<number>();
  for (const { node } of collector.seeds(urlSeeds)) {
    if (requests.length >= mostTexts) break;
    const whole = wholeText(node);
    if (seen.has(whole.id)) continue;
    seen.add(whole.id);
    const call = clientCall(whole, pattern);
    const absolute = /^[^"'`]{0,4}["'`]+https?:/.test(whole.text);
    if (call === undefined && !absolute) continue;
    const scope = collector.scopeOf(whole);
    if (scope < 0) continue;
    const url = syntax.read(collector, whole);
    if (url === null) continue;
    const line = whole.startPosition.row;
    requests.push({ scope, line, method: call?.method ?? '*', url });
  }
  return requests;
}

/** The call of an HTTP client that is given the URL, also wrapped once (`URI.create(…)`). */
function clientCall(url: Node, pattern: RequestPattern): { readonly method: string } | undefined {
  let at: Node | null = url.parent;
  for (let steps = 0; at !== null && steps < 6; steps += 1, at = at.parent) {
    if (/(?:statement|declaration|block|body|declarator|assignment)$/.test(at.type))
      return undefined;
    const args = at.childForFieldName('arguments');
    if (args === null || args.startIndex > url.startIndex) continue;
    const head = at.text.slice(0, args.startIndex - at.startIndex).replace(/<[^<>]*>$/, '');
    const [, receiver = '', member = ''] =
      /(?:([\w$\])]+)\s*(?:\??\.|->|::)\s*)?([\w$]+)\s*$/.exec(head) ?? [];
    const method = pattern.calls[member];
    if (method === undefined || isRegistration(args)) continue;
    const bare = receiver === '';
    if (bare ? !pattern.bare.has(member) : !pattern.receivers.test(receiver)) continue;
    return { method: method === '' ? writtenMethod(args.text) : method };
  }
  return undefined;
}

/** A handler behind the path: a router is called like a client. */
const isRegistration = (args: Node): boolean =>
  args.namedChildren
    .slice(1)
    .some((n) => /^(?:arrow_function|function\w*|identifier|lambda\w*)$/.test(n.type)) &&
  /^\W*["'`]\//.test(args.text);

/** `http.MethodPost`, `HttpMethod.POST`, `method: 'POST'`, `"POST", url`; `*` where none of them is written. */
function writtenMethod(args: string): string {
  const found =
    /\bMethod\.?(Get|Post|Put|Patch|Delete|Head|GET|POST|PUT|PATCH|DELETE|HEAD)\b/.exec(args) ??
    /["'`](GET|POST|PUT|PATCH|DELETE|HEAD|get|post|put|patch|delete|head)["'`]/.exec(args);
  return found?.[1]?.toUpperCase() ?? '*';
}
