import type { QueryLiteral, QuerySpans } from '../../../domain/workspace.ts';
import type { Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import { modelPatterns } from '../modelPatterns.ts';
import { queryPatterns } from '../queryPatterns.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { modelTables } from './modelTables.ts';
import { refOf } from './refOf.ts';

export const querySpans: readonly QuerySpans[] = [...queryPatterns, ...modelPatterns].map(
  (p) => p.spans,
);
const models: ReadonlySet<string> = new Set(modelPatterns.map((p) => p.id));

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
      const tables = models.has(by)
        ? modelTables(evaluator, file, scope, table)
        : tableOf(evaluator, file, scope, table);
      queries.push({
        by,
        at: { path: file.path, line },
        ...(operation === undefined ? {} : { operation }),
        ...(tables === undefined ? {} : { tables }),
        ...(owner === undefined ? {} : { owner: refOf(owner) }),
      });
    }
  }
  return queries;
}

function tableOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  table: Expr,
): readonly string[] | undefined {
  const text = table === null ? undefined : evaluator.text(file, scope, table);
  return text === undefined || text.unresolved !== undefined ? undefined : [text.text];
}
