import type { QueryLiteral } from '../../../domain/workspace.ts';
import type { Evaluator } from './evaluator.ts';
import { refOf } from './refOf.ts';

/** Folders whose code changes the database by itself, in a process of its own. */
export const maintenance = /(?:^|\/)(?:migrations?|seeds?|seeders?)\//i;

/** Queries of the program's own code, with tables that may be constants. */
export function* queriesOf(evaluator: Evaluator): Generator<void, QueryLiteral[]> {
  const queries: QueryLiteral[] = [];
  for (const file of evaluator.files.values()) {
    yield;
    if (file.facts.queries === undefined || file.inTest || maintenance.test(file.relativePath))
      continue;
    for (const { by, scope, line, table, operation } of file.facts.queries) {
      const owner = file.functions[scope];
      const text = table === null ? undefined : evaluator.text(file, scope, table);
      queries.push({
        by,
        at: { path: file.path, line },
        ...(operation === undefined ? {} : { operation }),
        ...(text === undefined || text.unresolved !== undefined ? {} : { table: text.text }),
        ...(owner === undefined ? {} : { owner: refOf(owner) }),
      });
    }
  }
  return queries;
}
