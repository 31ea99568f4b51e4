import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  FrameworkLayer,
  HttpOperation,
  MessagingOperation,
  Operation,
  OperationId,
  RpcOperation,
  SpanKind,
} from '../../../src/domain/operation.ts';
import { callMatcher, callTableOf, type CallMatcher } from '../../../src/domain/callMatch.ts';
import { routeMatcher, routeTableOf, type RouteMatcher } from '../../../src/domain/routeMatch.ts';
import type { WorkspaceFacts } from '../../../src/domain/workspace.ts';
import { serviceKey } from '../../../src/domain/service.ts';

export const fixtures = path.join(
  process.env['PRODLENS_ROOT'] ?? process.cwd(),
  'test/fixtures/attribution',
);

/** One row of an expected.json: an operation in short, and what must come of it. */
export interface Row {
  /** `GET /users/:id`, or a method alone: an entry span without a route. */
  readonly http?: string;
  /** Method and path of a request without a route: refined by the fixture's own route table, as the receiver does. */
  readonly raw?: string;
  readonly name?: string;
  /** Default: the fixture's. */
  readonly service?: string;
  readonly kind?: SpanKind;
  readonly scope?: string;
  readonly source?: 'metric';
  /** `framework type [controller|-] [callback|-] [name]` */
  readonly layer?: string;
  readonly route?: string;
  readonly entry?: string;
  readonly parentOwner?: string;
  /** Full name of the method, which a system may lead: `jsonrpc add`. */
  readonly rpc?: string;
  readonly task?: string;
  /** Statement of a database span, or method and URL of a request, as telemetry has it: named by the workspace's own table. */
  readonly statement?: string;
  readonly request?: string;
  /** `system destination`; `-`: not named. */
  readonly messaging?: string;
  readonly code?: string;
  readonly file?: string;
  readonly at?: number;
  readonly owner?: string;
  /** `file:line`, one-based, for functions without a name. */
  readonly line?: string;
  readonly confidence?: string;
  readonly ambiguous?: number;
  /** Part of the reason. */
  readonly none?: string;
  /** Part of the explanation of an owner or of an ambiguity. */
  readonly because?: string;
}

export interface Expected {
  readonly service: string;
  /** Services that the telemetry has; default: the fixture's alone. */
  readonly seen?: readonly string[];
  readonly scope: string;
  readonly operations: readonly Row[];
  /** What is known not to be resolved, each in a sentence: shown in docs/frameworks.md. */
  readonly gaps?: readonly string[];
}

export const readExpected = (fixture: string): Expected =>
  JSON.parse(readFileSync(path.join(fixtures, fixture, 'expected.json'), 'utf8')) as Expected;

/** What the receiver has of a workspace. */
export interface Tables {
  readonly routes: RouteMatcher;
  readonly calls: CallMatcher;
}

export const noTables: Tables = {
  routes: () => undefined,
  calls: { statement: () => undefined, request: () => undefined },
};

export const tablesOf = (facts: WorkspaceFacts): Tables => ({
  routes: routeMatcher(routeTableOf([...facts.routes, ...facts.openRoutes])),
  calls: callMatcher(callTableOf(facts.callLiterals ?? [])),
});

export function operationOf(expected: Expected, row: Row, { routes, calls }: Tables): Operation {
  const literal = literalOf(row, calls);
  const http =
    row.raw !== undefined
      ? refined(row.raw, routes)
      : row.http === undefined
        ? undefined
        : httpOf(row.http);
  const kind = row.kind ?? (http === undefined ? 'internal' : 'server');
  return {
    id: JSON.stringify(row) as OperationId,
    service: serviceKey(row.service ?? expected.service),
    source: row.source ?? 'span',
    kind,
    name: row.name ?? row.http ?? http?.method ?? '',
    scope: row.scope ?? expected.scope,
    ...(http === undefined ? {} : { http }),
    ...(row.route === undefined ? {} : { http: { route: row.route } }),
    ...(row.layer === undefined ? {} : { layer: layerOf(row.layer) }),
    ...(row.rpc === undefined ? {} : { rpc: rpcOf(row.rpc) }),
    ...(row.task === undefined ? {} : { task: row.task }),
    ...(literal === undefined ? {} : { literal }),
    ...(row.messaging === undefined ? {} : { messaging: messagingOf(row.messaging) }),
    ...(row.parentOwner === undefined ? {} : { parentOwner: row.parentOwner }),
    ...(row.entry === undefined
      ? {}
      : { entry: { id: row.entry as OperationId, name: row.entry, http: httpOf(row.entry) } }),
    ...(row.code === undefined && row.file === undefined
      ? {}
      : {
          code: {
            ...(row.code === undefined ? {} : { functionName: row.code }),
            ...(row.file === undefined ? {} : { filePath: row.file }),
            ...(row.at === undefined ? {} : { line: row.at }),
          },
        }),
  };
}

function literalOf({ statement, request }: Row, calls: CallMatcher): string | undefined {
  if (statement !== undefined) return calls.statement(statement);
  const [method, url] = request?.split(' ') ?? [];
  return url === undefined ? undefined : calls.request(method, url);
}

function httpOf(text: string): { method: string; route?: string } {
  // Templates may have spaces: `{id: \\d+}`.
  const space = text.indexOf(' ');
  if (space < 0) return { method: text };
  return { method: text.slice(0, space), route: text.slice(space + 1) };
}

function refined(raw: string, matcher: RouteMatcher): HttpOperation {
  const [method = '', path = ''] = raw.split(' ');
  const route = matcher(method, path)?.path;
  return route === undefined ? { method } : { method, route, refined: true };
}

function rpcOf(text: string): RpcOperation {
  const [first = '', second] = text.split(' ');
  return second === undefined ? { method: first } : { system: first, method: second };
}

function messagingOf(text: string): MessagingOperation {
  const [system = '-', destination = '-'] = text.split(' ');
  return {
    ...(system === '-' ? {} : { system }),
    destination: destination === '-' ? '' : destination,
  };
}

function layerOf(text: string): FrameworkLayer {
  const [framework = '', type = '', controller, callback, name] = text.split(' ');
  return {
    framework,
    type,
    ...(controller === undefined || controller === '-' ? {} : { controller }),
    ...(callback === undefined || callback === '-' ? {} : { callback }),
    ...(name === undefined ? {} : { name }),
  };
}
