import type { FunctionRef } from '../../domain/functionDecl.ts';
import { mayBeWritten, type Operation } from '../../domain/operation.ts';
import type { QueryLiteral, QuerySpans } from '../../domain/workspace.ts';
import { decide, noOwner, pass, type Rule } from '../rule.ts';

/** A database span that names operation and table: the one function of the workspace that issues such a query. */
export const queryLiteral: Rule = {
  id: 'query-literal',
  title: 'operation and table of a query',
  apply: (context) => {
    const { operation, index, step } = context;
    if (operation.kind !== 'client') return pass;
    const asked = queryOf(operation, index.facts.querySpans ?? []);
    if (asked === undefined) return pass;
    const { by, verb, place } = asked;
    const found = (index.facts.queries ?? []).filter(
      (q) => q.by === by && fits(q, verb, place, operation.folded),
    );
    if (found.length === 0) return pass;
    for (const query of found.slice(0, 10))
      step(
        'found',
        `${query.operation ?? 'a query'} ${query.tables?.[0] ?? (verb === 'raw' ? '' : 'of a table that is computed')} at ${query.at.path.slice(query.at.path.lastIndexOf('/') + 1)}:${query.at.line + 1}`,
        query.at,
      );
    const owners = new Map<string, FunctionRef>();
    for (const { owner, at } of found)
      owners.set(
        owner === undefined ? `${at.path}:${at.line}` : owner.path + owner.id,
        owner ?? none,
      );
    const [only] = owners.values();
    const sure = found.some(
      (q) => verb === 'raw' || (q.tables !== undefined && q.operation !== undefined),
    );
    if (owners.size > 1 || only === undefined || only === none || !sure)
      return noOwner(
        `a call out; ${owners.size === 1 ? '1 place' : `${owners.size} places`} of the workspace may issue ${verb} ${place}, and nothing shows which one does`,
      );
    return decide(context, [only], 'strong', `only one function issues ${verb} ${place}`);
  },
};

/** Stands for a place outside of any function. */
const none = {} as FunctionRef;

interface AskedQuery {
  readonly by: string;
  readonly verb: string;
  readonly place: string;
}

function queryOf(
  { name, scope, layer }: Operation,
  spans: readonly QuerySpans[],
): AskedQuery | undefined {
  for (const { by, scopes, layer: of, name: form } of spans) {
    if (of === undefined ? scopes?.test(scope) !== true : layer?.framework !== of) continue;
    const parts = form.exec(of === undefined ? name : (layer?.name ?? ''))?.groups;
    const verb = parts?.['operation'] ?? parts?.['call'];
    if (verb !== undefined) return { by, verb, place: parts?.['table'] ?? parts?.['model'] ?? '' };
  }
  return undefined;
}

/** Whether the query may be the one of the span: what it leaves open fits everything. */
function fits(
  { operation, tables }: QueryLiteral,
  verb: string,
  place: string,
  folded: boolean | undefined,
): boolean {
  if (verb === 'raw' || operation === 'raw') return operation === verb;
  if (operation !== undefined && !mayBeWritten(verb, operation, folded)) return false;
  const lower = place.toLowerCase();
  return (
    tables === undefined ||
    tables.some((t) => {
      const written = folded === true ? t.toLowerCase() : t;
      return place === written || place.endsWith(`.${written}`) || lower === t;
    })
  );
}
