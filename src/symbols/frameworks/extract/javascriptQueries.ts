import type { Node } from 'web-tree-sitter';
import { queryPatterns, type QueryPattern } from '../queryPatterns.ts';
import type { QueryFact } from '../fileFacts.ts';
import type { FactsCollector } from './collector.ts';
import { functionTypes, readExpr, unwrap } from './javascriptExpr.ts';

const patterns = queryPatterns.filter((p) => p.family === 'javascript');
const longestChain = 40;
const mostQueries = 500;

/** Queries written with a builder: table, operation and the function that issues them. */
export function readQueries(collector: FactsCollector): void {
  const queries: QueryFact[] = [];
  for (const pattern of patterns) {
    if (!pattern.mentioned.test(collector.file.text)) continue;
    // `knex('users')`, `.from(tables.users)`, `.raw('select …')`
    const seeds = new RegExp(
      `(?:[\\w$)>]\\s*\\(\\s*|\\.\\s*(?:${[...pattern.raw].join('|')})\\s*\\(\\s*)(['"\`][^'"\`]*['"\`]|[\\w$.]+)\\s*[),]`,
      'g',
    );
    const seen = new Set<number>();
    for (const { node } of collector.seeds(seeds)) {
      if (seen.size > mostQueries) break;
      const call = callAround(node);
      const query = call === undefined ? undefined : readQuery(collector, pattern, call);
      if (call === undefined || query === undefined || seen.has(call.endIndex)) continue;
      seen.add(call.endIndex);
      queries.push(query);
    }
  }
  if (queries.length > 0) collector.facts.queries = queries;
}

function callAround(node: Node): Node | undefined {
  let at: Node | null = node;
  while (at !== null && at.type !== 'arguments' && at.childCount < 8) at = at.parent;
  const call = at?.type === 'arguments' ? at.parent : null;
  return call?.type === 'call_expression' ? call : undefined;
}

function readQuery(
  collector: FactsCollector,
  pattern: QueryPattern,
  call: Node,
): QueryFact | undefined {
  const callee = call.childForFieldName('function');
  const [first] = call.childForFieldName('arguments')?.namedChildren ?? [];
  if (callee === null || first === undefined) return undefined;
  const member =
    callee.type === 'member_expression' ? (callee.childForFieldName('property')?.text ?? '') : '';
  const top = chainTop(call);
  const { names, root } = chainOf(top);
  const scope = collector.scopeOf(call);
  const line = call.startPosition.row;
  const by = pattern.id;
  if (pattern.raw.has(member))
    return pattern.callers.test(root) && isRun(top)
      ? { by, scope, line, operation: 'raw', table: null }
      : undefined;
  const starts = pattern.tables.has(member)
    ? pattern.callers.test(root)
    : callers(callee).some((name) => pattern.callers.test(name));
  const isQuery = names.some(
    (n) => pattern.members.test(n) || Object.hasOwn(pattern.operations, n),
  );
  const literal = first.type === 'string' || first.type === 'template_string';
  if (!starts || (!literal && !(isQuery && /^(?:identifier|member_expression)$/.test(first.type))))
    return undefined;
  const table = readExpr(collector, first);
  const decided = names.findLast((name) => Object.hasOwn(pattern.operations, name));
  const operation =
    decided !== undefined
      ? pattern.operations[decided]
      : isFinal(pattern, top, names)
        ? pattern.otherwise
        : undefined;
  return { by, scope, line, table, ...(operation === undefined ? {} : { operation }) };
}

/** Names of what is called: `knex`, `fastify.knex` → `knex`, `(trx ?? knex)` → both. */
function callers(callee: Node): readonly string[] {
  const inner = unwrap(callee);
  if (inner.type === 'identifier') return [inner.text];
  if (inner.type === 'member_expression') return [inner.childForFieldName('property')?.text ?? ''];
  return inner.type === 'binary_expression' ? inner.namedChildren.flatMap(callers) : [];
}

/** The last call of a chain. */
function chainTop(call: Node): Node {
  let top = call;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const member = top.parent;
    const next = member?.type === 'member_expression' ? member.parent : null;
    if (next?.type !== 'call_expression' || next.childForFieldName('function')?.id !== member?.id)
      break;
    top = next;
  }
  return top;
}

/** Members called in a chain, in order, and the name it begins with. */
function chainOf(top: Node): { readonly names: readonly string[]; readonly root: string } {
  const names: string[] = [];
  let at = top;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const callee = at.childForFieldName('function');
    if (at.type !== 'call_expression' || callee?.type !== 'member_expression') break;
    names.unshift(callee.childForFieldName('property')?.text ?? '');
    at = unwrap(callee.childForFieldName('object') ?? callee);
  }
  return { names, root: callers(at)[0] ?? '' };
}

/** Awaited, returned or a statement: not a part of another query. */
const isRun = (top: Node): boolean =>
  /^(?:await_expression|return_statement|expression_statement|arrow_function)$/.test(
    top.parent?.type ?? '',
  );

/** Nothing can decide another operation later: it is awaited here, or kept in a variable that no such member is called on. */
function isFinal(pattern: QueryPattern, top: Node, names: readonly string[]): boolean {
  if (names.some((name) => pattern.runs.has(name))) return true;
  const parent = top.parent;
  if (parent?.type === 'await_expression') return true;
  let fn = parent;
  while (fn !== null && !functionTypes.has(fn.type)) fn = fn.parent;
  const isAsync = fn?.children.slice(0, 2).some((c) => c.type === 'async') === true;
  if (parent?.type === 'return_statement' || parent?.id === fn?.id) return isAsync;
  if (parent?.type !== 'variable_declarator' || fn === null) return false;
  const rest = fn.text.replace(top.text, '');
  return !Object.keys(pattern.operations).some((name) => rest.includes(`.${name}(`));
}
