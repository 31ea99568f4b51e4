import type { QuerySpans } from '../../domain/workspace.ts';

/** How a query builder is written, as far as its instrumentation names spans after operation and table. */
export interface QueryPattern {
  readonly id: string;
  readonly family: string;
  /** Only files with this in their text are looked at. */
  readonly mentioned: RegExp;
  /** Names of values that begin a query when called with a table: `knex('users')`. */
  readonly callers: RegExp;
  /** Members that name the table: `knex.select('*').from('users')`. */
  readonly tables: ReadonlySet<string>;
  /** Members that decide the operation, as the instrumentation calls it; the last one wins. */
  readonly operations: Readonly<Record<string, string>>;
  /** The operation where none of them is called. */
  readonly otherwise: string;
  /** Members that run a statement given as text. */
  readonly raw: ReadonlySet<string>;
  /** Members of a query: what has none of them, and no literal table, is something else that is called alike. */
  readonly members: RegExp;
  /** Members that run the query as it is. */
  readonly runs: ReadonlySet<string>;
  readonly spans: QuerySpans;
}

/** Names of spans are `<operation> <database>.<table>`: `@opentelemetry/instrumentation-knex` 0.67, https://knexjs.org/guide/query-builder.html */
const knex: QueryPattern = {
  id: 'knex',
  family: 'javascript',
  mentioned: /knex/i,
  callers: /(?:knex|trx|tx|db|database|connection)$/i,
  tables: new Set(['from', 'into', 'table']),
  operations: {
    first: 'first',
    insert: 'insert',
    upsert: 'insert',
    update: 'update',
    increment: 'update',
    decrement: 'update',
    del: 'del',
    delete: 'del',
    pluck: 'pluck',
    truncate: 'truncate',
    columnInfo: 'columnInfo',
  },
  otherwise: 'select',
  raw: new Set(['raw']),
  members:
    /^(?:select|(?:and|or)?where\w*|\w*join|order\w*|group\w*|having\w*|limit|offset|returning|count\w*|sum|max|min|avg|distinct|on[A-Z]\w*)$/i,
  runs: new Set(['then', 'stream', 'pipe', 'asCallback']),
  spans: {
    by: 'knex',
    scopes: /^@opentelemetry\/instrumentation-knex$/,
    name: /^(?<operation>\S+)(?: (?<table>\S+))?/,
  },
};

export const queryPatterns: readonly QueryPattern[] = [knex];
