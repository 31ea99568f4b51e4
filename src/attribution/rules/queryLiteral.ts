import type { FunctionRef } from '../../domain/functionDecl.ts';
import type { QueryLiteral } from '../../domain/workspace.ts';
import { decide, noOwner, pass, type Rule } from '../rule.ts';

/** Scopes whose spans are named `<operation> <database>.<table>`, and the builder whose queries they are. */
const named: Readonly<Record<string, string>> = {
  '@opentelemetry/instrumentation-knex': 'knex',
};

/** A database span that names operation and table: the one function of the workspace that issues such a query. */
export const queryLiteral: Rule = {
  id: 'query-literal',
  title: 'operation and table of a query',
  apply: (context) => {
    const { operation, index, step } = context;
    const by = Object.hasOwn(named, operation.scope) ? named[operation.scope] : undefined;
    if (operation.kind !== 'client' || by === undefined) return pass;
    const [verb = '', place = ''] = operation.name.split(' ', 2);
    const found = (index.facts.queries ?? []).filter((q) => q.by === by && fits(q, verb, place));
    if (found.length === 0) return pass;
    for (const query of found.slice(0, 10))
      step(
        'found',
        `${query.operation ?? 'a query'} ${query.table ?? (verb === 'raw' ? '' : 'of a table that is computed')} at ${query.at.path.slice(query.at.path.lastIndexOf('/') + 1)}:${query.at.line + 1}`,
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
      (q) => verb === 'raw' || (q.table !== undefined && q.operation !== undefined),
    );
    if (owners.size > 1 || only === undefined || only === none || !sure)
      return noOwner(
        `a call out; ${owners.size === 1 ? '1 place' : `${owners.size} places`} of the workspace may issue ${operation.name}, and nothing shows which one does`,
      );
    return decide(context, [only], 'strong', `only one function issues ${operation.name}`);
  },
};

/** Stands for a place outside of any function. */
const none = {} as FunctionRef;

/** Whether the query may be the one of the span: what it leaves open fits everything. */
function fits({ operation, table }: QueryLiteral, verb: string, place: string): boolean {
  if (verb === 'raw' || operation === 'raw') return operation === verb;
  if (operation !== undefined && operation !== verb) return false;
  return table === undefined || place === table || place.endsWith(`.${table}`);
}
