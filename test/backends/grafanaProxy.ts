import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A data source as its administrator made it. */
export interface ProxiedDataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  /** Of the backend, with its base path. */
  readonly url: string;
  readonly isDefault?: boolean;
  readonly jsonData?: Readonly<Record<string, unknown>>;
}

export interface GrafanaProxy {
  readonly url: string;
  /** Requests that reached data sources: method, path and headers as those see them. */
  readonly forwarded: readonly Pick<IncomingMessage, 'method' | 'url' | 'headers'>[];
  stop(): Promise<void>;
}

export interface GrafanaProxyOptions {
  /** Of a service account with the role Viewer. */
  readonly token: string;
  readonly dataSources: readonly ProxiedDataSource[];
  /** Where it serves from a sub-path (`serve_from_sub_path`): `/grafana`. */
  readonly basePath?: string;
  /** The token may query data sources, but not list them (Enterprise and Cloud with permissions of data sources). */
  readonly mayList?: boolean;
}

/** Methods beside GET, by the beginning of the path, that Prometheus' plug-in lets through; public/app/plugins/datasource/prometheus/plugin.json */
const prometheusRoutes: readonly (readonly [method: string, path: string, role: string])[] = [
  ['POST', 'api/v1/query', 'Viewer'],
  ['POST', 'api/v1/query_range', 'Viewer'],
  ['POST', 'api/v1/series', 'Viewer'],
  ['POST', 'api/v1/labels', 'Viewer'],
  ['POST', 'api/v1/query_exemplars', 'Viewer'],
  ['GET', 'api/v1/status/flags', 'Admin'],
];

/**
 * What of Grafana a connection of ours meets: sign-in, list of data sources and the data source proxy, after its source (pkg/api/datasources.go,
 * pkg/services/datasourceproxy/datasourceproxy.go, pkg/api/pluginproxy/ds_proxy.go, pkg/util/proxyutil). Real backends answer behind it.
 */
export async function startGrafanaProxy(options: GrafanaProxyOptions): Promise<GrafanaProxy> {
  const { basePath = '' } = options;
  const forwarded: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    // Outside of the sub-path another server answers.
    if (!target.startsWith(`${basePath}/`)) response.writeHead(404).end('404 page not found');
    else answer(target.slice(basePath.length), request, response, options, forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
    forwarded,
    stop: () => closed(server),
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Sends what Grafana answers itself, and what a data source answers through it. */
function answer(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: GrafanaProxyOptions,
  forwarded: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[],
): void {
  const [path = ''] = target.split('?', 1);
  const { authorization } = request.headers;
  if (!path.startsWith('/api/')) {
    // The page answers every other path; whoever isn't signed in is sent to the form.
    if (path === '/login' || authorization === `Bearer ${options.token}`)
      response
        .writeHead(200, { 'content-type': 'text/html; charset=UTF-8' })
        .end('<!DOCTYPE html><title>Grafana</title>');
    else response.writeHead(302, { location: '/login' }).end();
    return;
  }
  const own = apiAnswer(path, request.method ?? 'GET', authorization, options);
  if ('forward' in own)
    forward(own.forward, own.rest + target.slice(path.length), request, response, forwarded);
  else
    response
      .writeHead(own.status, { 'content-type': 'application/json; charset=UTF-8' })
      .end(JSON.stringify(own.body));
}

type ApiAnswer =
  | { readonly status: number; readonly body: unknown }
  | { readonly forward: ProxiedDataSource; readonly rest: string };

function apiAnswer(
  path: string,
  method: string,
  authorization: string | undefined,
  { token, dataSources, mayList = true }: GrafanaProxyOptions,
): ApiAnswer {
  const says = (status: number, message: string, more: object = {}): ApiAnswer => ({
    status,
    body: { message, ...more },
  });
  // Open to all: pkg/api/health.go.
  if (path === '/api/health')
    return { status: 200, body: { commit: '4f5a0f1', database: 'ok', version: '12.3.0' } };
  if (!/^\/api\/datasources(?:\/|$)/.test(path)) return says(404, 'Not found');
  // pkg/middleware/auth.go: what isn't signed in gets one message, what a wrong token gets another.
  if (authorization === undefined) return says(401, 'Unauthorized');
  if (authorization !== `Bearer ${token}`)
    return says(401, 'Invalid API key', { messageId: 'api-key.invalid', statusCode: 401 });
  if (path === '/api/datasources')
    return mayList
      ? { status: 200, body: dataSources.map(listed) }
      : says(
          403,
          'You’ll need additional permissions to perform this action. Permissions needed: datasources:read',
          { accessErrorId: 'ACE0123456789', title: 'Access denied' },
        );
  const proxied = /^\/api\/datasources\/proxy\/uid\/([^/]*)\/?(.*)$/.exec(path);
  if (proxied === null) return says(404, 'Not found');
  const [, uid = '', rest = ''] = proxied;
  if (!/^[a-zA-Z0-9_-]*$/.test(uid)) return says(400, 'UID is invalid');
  const source = dataSources.find((one) => one.uid === uid);
  if (source === undefined) return says(404, 'Unable to find datasource');
  const refused = refusal(source, method, rest);
  return refused === undefined ? { forward: source, rest } : says(403, refused);
}

/** pkg/api/dtos/datasource.go; sorted by name. */
const listed = ({ isDefault = false, jsonData = {}, ...source }: ProxiedDataSource, i: number) => ({
  id: i + 1,
  orgId: 1,
  ...source,
  typeName: source.type,
  typeLogoUrl: 'public/img/icn-datasource.svg',
  access: 'proxy',
  user: '',
  database: '',
  basicAuth: false,
  isDefault,
  jsonData,
  readOnly: true,
});

/** `validateRequest` of ds_proxy.go, for a Viewer. */
function refusal({ type }: ProxiedDataSource, method: string, path: string): string | undefined {
  if (type !== 'prometheus') return undefined;
  const route = prometheusRoutes.find(([m, p]) => m === method && path.startsWith(p));
  if (route !== undefined)
    return route[2] === 'Viewer' ? undefined : 'plugin proxy route access denied';
  return ['POST', 'PUT', 'DELETE'].includes(method)
    ? `non allow-listed ${method}s not allowed on proxied Prometheus datasource`
    : undefined;
}

/** The director and the reverse proxy of ds_proxy.go. */
function forward(
  source: ProxiedDataSource,
  rest: string,
  request: IncomingMessage,
  response: ServerResponse,
  forwarded: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[],
): void {
  const target = new URL(`${source.url.replace(/\/+$/, '')}/${rest}`);
  // The token is Grafana's own; cookies, origin and referer stay there as well.
  const kept = ['authorization', 'cookie', 'origin', 'referer', 'host'];
  const headers = {
    ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => !kept.includes(name))),
    'x-forwarded-for': '127.0.0.1',
    'user-agent': 'Grafana/12.3.0',
  };
  forwarded.push({ method: request.method, url: target.pathname + target.search, headers });
  const onward = httpRequest(target, { method: request.method, headers }, (backend) => {
    delete backend.headers['set-cookie'];
    if (backend.statusCode === 401) {
      // The data source refuses Grafana: that isn't the asker's fault.
      backend.resume();
      response.writeHead(400).end('Authentication to data source failed');
      return;
    }
    response.writeHead(backend.statusCode ?? 502, {
      ...backend.headers,
      // proxyutil.SetProxyResponseHeaders: what a browser gets from there runs nothing.
      'content-security-policy': 'sandbox',
    });
    backend.pipe(response);
  });
  onward.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  request.pipe(onward);
}
