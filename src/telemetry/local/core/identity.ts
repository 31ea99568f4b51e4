import type {
  CodeLocation,
  FrameworkLayer,
  HttpOperation,
  MessagingOperation,
  RpcOperation,
  SpanKind,
} from '../../../domain/operation.ts';
import type { Attributes, ResourceRecord, SpanRecord } from '../model.ts';
import { httpMethod, httpRoute, isMountPath, number, rawPath, text } from './attributes.ts';
import { frameworkLayer } from './layers.ts';

const longestName = 200;
const cut = (value: string): string =>
  value.length > longestName ? `${value.slice(0, longestName - 1)}…` : value;

/**
 * What a span alone says of its operation; `entry` and `parentOwner` come from its ancestors. Made for each span, so one flat object:
 * what is absent is undefined, and left out only of the operation that is made of the first such span.
 */
export interface SpanIdentity {
  readonly kind: SpanKind;
  readonly name: string;
  readonly scope: string;
  readonly http: HttpOperation | undefined;
  readonly rpc: RpcOperation | undefined;
  readonly messaging: MessagingOperation | undefined;
  readonly task: string | undefined;
  readonly literal: string | undefined;
  readonly code: CodeLocation | undefined;
  readonly layer: FrameworkLayer | undefined;
  /** All of the above as one text. */
  readonly key: string;
}

export const isEntryKind = (kind: SpanKind): boolean => kind === 'server' || kind === 'consumer';
export const isCallOut = (kind: SpanKind): boolean => kind === 'client' || kind === 'producer';

/** What of a span its identity is made from. */
export type NamedSpan = Pick<SpanRecord, 'kind' | 'name' | 'scope' | 'attributes'> & {
  readonly resource?: Pick<ResourceRecord, 'release'>;
};

/**
 * `refined` is the template that the workspace's own matcher found for an entry span without a route, `literal` the text of the source
 * that a call out carries.
 */
export function identify(span: NamedSpan, refined?: string, literal?: string): SpanIdentity {
  const { attributes } = span;
  const mounted = span.kind === 'server' && isMountPath(span.scope, attributes);
  const http = readHttp(
    attributes,
    refined ?? (mounted ? undefined : httpRoute(attributes)),
    refined,
  );
  const rpc = readRpc(attributes, span.name);
  const messaging = readMessaging(attributes);
  const task = readTask(span);
  const code = readCode(attributes, span.kind, span.resource?.release);
  const layer = frameworkLayer(attributes, span.name);
  // Prisma's span around a query is a call out, though it says internal: it times the query, not the function that asks.
  const kind = layer?.framework === 'prisma' ? 'client' : span.kind;
  const name = cut(
    mounted
      ? (http?.method ?? span.name)
      : layer?.framework === 'graphql' && layer.type === 'resolve'
        ? `graphql.resolve ${layer.name ?? ''}`
        : operationName(span, http),
  );
  const scope = cut(span.scope);
  let key = `${kind}\n${name}\n${scope}`;
  if (http) key += `\nh${http.method ?? ''} ${http.route ?? ''}${http.refined ? '*' : ''}`;
  if (rpc) key += `\nr${rpc.system ?? ''} ${rpc.method}`;
  if (messaging)
    key += `\nm${messaging.system ?? ''} ${messaging.destination} ${messaging.operation ?? ''}`;
  if (task !== undefined) key += `\nt${task}`;
  if (literal !== undefined) key += `\nq${literal}`;
  if (code)
    key += `\nc${code.functionName ?? ''} ${code.filePath ?? ''}:${code.line ?? ''}:${code.column ?? ''} ${code.release ?? ''}`;
  if (layer)
    key += `\nl${layer.framework} ${layer.type} ${layer.name ?? ''} ${layer.controller ?? ''} ${layer.callback ?? ''}`;
  return {
    kind,
    name,
    scope,
    http,
    rpc,
    messaging,
    task: task && cut(task),
    literal,
    code,
    layer,
    key,
  };
}

/** Flask names an unmatched request after its raw path: such text is never a key. */
function operationName(span: NamedSpan, http: HttpOperation | undefined): string {
  if (!isEntryKind(span.kind) || http?.method === undefined) return span.name;
  if (http.route !== undefined && http.refined === undefined) return span.name;
  const path = rawPath(span.attributes);
  if (path === undefined || path === '/' || path === '') return span.name;
  return span.name.includes(path.split('?', 1)[0] ?? path) ? http.method : span.name;
}

function readHttp(
  attributes: Attributes,
  route: string | undefined,
  refined: string | undefined,
): HttpOperation | undefined {
  const method = httpMethod(attributes);
  if (method === undefined && route === undefined) return undefined;
  const http: { method?: string; route?: string; refined?: true } = {};
  if (method !== undefined) http.method = cut(method);
  if (route !== undefined) http.route = cut(route);
  if (refined !== undefined) http.refined = true;
  return http;
}

/** New convention: `rpc.method` is the full name; old: service and method apart. */
export function readRpc(attributes: Attributes, spanName: string): RpcOperation | undefined {
  const method = text(attributes, 'rpc.method');
  if (method === undefined) return undefined;
  const system = text(attributes, 'rpc.system.name', 'rpc.system');
  const service = text(attributes, 'rpc.service');
  const named = spanName.startsWith('/') ? spanName.slice(1) : spanName;
  const full = method.includes('/')
    ? method.replace(/^\//, '')
    : service !== undefined
      ? `${service}/${method}`
      : named.endsWith(`/${method}`)
        ? named
        : method;
  return { ...(system === undefined ? {} : { system: cut(system) }), method: cut(full) };
}

/** What job systems' instrumentations call the task, or the class that runs it. */
const taskNames = [
  'celery.task_name',
  'messaging.sidekiq.job_class',
  'messaging.resque.job_class',
  'messaging.delayed_job.name',
  'messaging.que.job_class',
  'messaging.message.job_name',
  'remoulade.actor_name',
  'messaging.masstransit.consumer_type',
];

/**
 * Active Job has the class where others have a function's namespace; Laravel's spans of a console command, as its schedule runs them,
 * have it in the name.
 */
function readTask({ attributes, name: span, scope }: NamedSpan): string | undefined {
  if (attributes['messaging.system'] === 'active_job') return text(attributes, 'code.namespace');
  for (const name of taskNames) {
    const task = text(attributes, name);
    if (task !== undefined) return task;
  }
  if (scope === 'io.opentelemetry.contrib.php.laravel' && span.startsWith('Command '))
    return span.slice('Command '.length);
  // Quartz.NET: the type with its assembly. The name alone is everybody's.
  return text(attributes, 'trigger.name') === undefined
    ? undefined
    : text(attributes, 'job.type')?.split(',', 1)[0];
}

/** BullMQ 6 names its queue in an attribute of its own, which begins with the system's name. */
const ownQueueName = 'bullmq.queue.name';

function readMessaging(attributes: Attributes): MessagingOperation | undefined {
  const own = text(attributes, ownQueueName);
  const system =
    text(attributes, 'messaging.system') ??
    (own === undefined ? undefined : ownQueueName.slice(0, ownQueueName.indexOf('.')));
  const name =
    text(attributes, 'messaging.destination.template') ??
    text(attributes, 'messaging.destination.name', 'messaging.destination') ??
    own;
  if (system === undefined && name === undefined) return undefined;
  const operation =
    text(attributes, 'messaging.operation.type', 'messaging.operation.name') ??
    text(attributes, 'messaging.operation');
  // Names of temporary queues are made up per process: they would be a new operation each.
  const temporary =
    attributes['messaging.destination.temporary'] === true ||
    attributes['messaging.destination.anonymous'] === true;
  return {
    ...(system === undefined ? {} : { system: cut(system) }),
    destination: temporary ? '(temporary)' : cut(name ?? ''),
    ...(operation === undefined ? {} : { operation: cut(operation) }),
  };
}

/** A function's name after its class, module or namespace; not a closure's. */
const wholeName = /[\w)](?:\.|::|->|\\|#|\/)\w+$/;

function readCode(
  attributes: Attributes,
  kind: SpanKind,
  release: string | undefined,
): CodeLocation | undefined {
  // RQ names the job's function with its module, also on spans around the job.
  const job = kind === 'consumer' ? text(attributes, 'rq.job.function') : undefined;
  const stable = text(attributes, 'code.function.name') ?? job;
  const old = stable === undefined ? text(attributes, 'code.function') : undefined;
  const filePath = text(attributes, 'code.file.path', 'code.filepath');
  const namespace = old === undefined ? undefined : text(attributes, 'code.namespace');
  const functionName =
    stable ?? (old !== undefined && namespace !== undefined ? `${namespace}.${old}` : old);
  if (functionName === undefined && filePath === undefined) return undefined;
  const line = number(attributes, 'code.line.number', 'code.lineno');
  const column = number(attributes, 'code.column.number', 'code.column');
  return {
    ...(functionName === undefined ? {} : { functionName: cut(functionName) }),
    ...(filePath === undefined ? {} : { filePath: filePath.slice(-1000) }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    // The same line of two releases can be of two functions; a whole name says which one, and stays the same with each release.
    ...(line === undefined ||
    !release ||
    (functionName !== undefined && wholeName.test(functionName))
      ? {}
      : { release: cut(release) }),
  };
}
