import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { createExchange } from '../../../src/http/exchange.ts';
import { probeAddress, probeLimits } from '../../../src/telemetry/probe.ts';
import { probes } from '../../../src/telemetry/registry.ts';
import { recorded } from './traces/playback.ts';
import { deadAddress, localServers } from '../http/localServers.ts';

/** Answers by path, as the real servers give them; HTML for the rest, as Jaeger's page does, or 404. */
const constant = { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } };
const prometheus = {
  '/api/v1/query': constant,
  '/api/v1/status/buildinfo': { status: 'success', data: { version: '3.15.0', revision: 'x' } },
};
const mimirBuild = {
  status: 'success',
  data: { application: 'Grafana Mimir', version: '2.17.0' },
};
const answersOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  prometheus,
  mimir: {
    '/api/v1/status/buildinfo': mimirBuild,
    '/prometheus/api/v1/status/buildinfo': mimirBuild,
    '/prometheus/api/v1/query': constant,
  },
  withoutBuildInfo: { '/api/v1/query': constant },
  emptyObjects: { '/api/v3/services': {} },
  jaeger: {
    '/api/v3/services': { services: ['front', 'stock'] },
    '/api/services': { data: ['front', 'stock'], total: 2, limit: 0, offset: 0, errors: null },
  },
  oldJaeger: { '/api/services': { data: null, total: 0, limit: 0, offset: 0, errors: null } },
  zipkin: { '/api/v2/services': ['front'] },
  tempo: {
    '/api/echo': recorded('tempo/echo').body,
    '/api/status/buildinfo': recorded('tempo/buildinfo').body,
    '/api/v2/search/tag/resource.service.name/values': recorded('tempo/services').body,
  },
  stranger: { '/': 'hello' },
};

describe('looking at an address for a backend', () => {
  const serve = localServers();
  const asked: IncomingMessage[] = [];
  beforeEach(() => asked.splice(0));
  const start = (name: string, needs?: string): Promise<string> =>
    serve((request, response) => {
      asked.push(request);
      const known = answersOf[name]?.[new URL(request.url ?? '', 'http://x').pathname];
      if (needs !== undefined && request.headers.authorization !== needs)
        response.writeHead(401).end();
      else if (known === undefined) response.writeHead(404, { 'content-type': 'text/html' }).end();
      else response.end(typeof known === 'string' ? known : JSON.stringify(known));
    });
  const probe = (
    address: string,
    headers: Readonly<Record<string, string>> = {},
    signal = new AbortController().signal,
  ) => probeAddress(address, probes, createExchange(probeLimits), headers, signal);

  for (const [name, path, kind, rest, base] of [
    ['prometheus', '', 'prometheus', { title: 'Prometheus', version: '3.15.0' }, ''],
    ['prometheus', '/graph', 'prometheus', { title: 'Prometheus', version: '3.15.0' }, ''],
    ['mimir', '', 'prometheus', { title: 'Grafana Mimir', version: '2.17.0' }, '/prometheus'],
    ['withoutBuildInfo', '', 'prometheus', { title: 'Prometheus' }, ''],
    ['jaeger', '', 'jaeger', { title: 'Jaeger', services: ['front', 'stock'] }, ''],
    ['jaeger', '/search', 'jaeger', { title: 'Jaeger', services: ['front', 'stock'] }, ''],
    ['oldJaeger', '', 'jaeger', { title: 'Jaeger', services: [] }, ''],
    ['zipkin', '', 'zipkin', { title: 'Zipkin', services: ['front'] }, ''],
    [
      'tempo',
      '',
      'tempo',
      { title: 'Grafana Tempo', version: '2.8.0-rc', services: ['front', 'stock'] },
      '',
    ],
  ] as const)
    it(`${name}${path} is ${rest.title}`, async () => {
      const origin = await start(name);
      const found = await probe(origin + path);
      assert.ok(found.ok, JSON.stringify(found));
      const signal = kind === 'prometheus' ? 'metrics' : 'traces';
      assert.deepEqual(found.value, [{ ...rest, kind, signal, url: origin + base }]);
      assert.ok(asked.length <= 20, `${asked.length} requests`);
    });

  for (const [name, what] of [
    ['emptyObjects', /not as Prometheus, Jaeger, Grafana Tempo, Zipkin or Grafana does/],
    ['stranger', /not as Prometheus, Jaeger, Grafana Tempo, Zipkin or Grafana does/],
  ] as const)
    it(`${name} is named, with what to give instead`, async () => {
      const found = await probe(await start(name));
      assert.ok(!found.ok);
      assert.match(found.failure.message, what);
      assert.match(found.failure.remedy ?? '', /give the address/i);
    });

  it('tells that credentials are wanted, and takes them', async () => {
    const origin = await start('prometheus', 'Bearer right');
    const without = await probe(origin);
    assert.ok(!without.ok && without.failure.reason === 'refused');
    const wrong = await probe(origin, { Authorization: 'Bearer s3cret' });
    assert.ok(!wrong.ok && wrong.failure.reason === 'refused');
    assert.ok(!JSON.stringify(wrong).includes('s3cret'));
    assert.ok((await probe(origin, { Authorization: 'Bearer right' })).ok);
  });

  it('asks for the tenant where only the traces want one', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/api/echo') response.end('echo');
      else if (request.headers['x-scope-orgid'] === undefined)
        response.writeHead(401).end('no org id');
      else response.end('{"tagValues":[]}');
    });
    const without = await probe(origin);
    assert.ok(!without.ok && without.failure.reason === 'refused', JSON.stringify(without));
    assert.match(without.failure.remedy ?? '', /X-Scope-OrgID/);
    const found = await probe(origin, { 'X-Scope-OrgID': 'team-a' });
    assert.ok(found.ok && found.value[0]?.kind === 'tempo', JSON.stringify(found));
  });

  it('asks for no credentials where a redirect goes round in circles', async () => {
    const origin = await serve((request, response) =>
      response.writeHead(302, { location: request.url ?? '/' }).end(),
    );
    const found = await probe(origin);
    assert.ok(!found.ok && found.failure.reason === 'invalid', JSON.stringify(found));
  });

  it('goes on below the address when one look there fails', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/api/health') request.destroy();
      else if (request.url === '/jaeger/api/v3/services') response.end('{"services":["a"]}');
      else response.writeHead(404).end();
    });
    const found = await probe(origin);
    assert.ok(found.ok && found.value[0]?.url === `${origin}/jaeger`, JSON.stringify(found));
  });

  it('sends no credentials to where it is sent on', async () => {
    let reached = 0;
    const elsewhere = await serve((_, response) => {
      reached += 1;
      response.end('{}');
    });
    const origin = await serve((request, response) =>
      response.writeHead(302, { location: `${elsewhere}${request.url}` }).end(),
    );
    const found = await probe(origin, { Authorization: 'Bearer secret' });
    assert.ok(!found.ok && found.failure.reason === 'untrusted');
    assert.equal(reached, 0);
  });

  it('says that nothing listens, after one look for each kind', async () => {
    const found = await probe(await deadAddress());
    assert.ok(!found.ok && found.failure.reason === 'unreachable', JSON.stringify(found));
  });

  it('can be cancelled', async () => {
    const stop = new AbortController();
    const origin = await serve(() => {
      stop.abort();
    });
    const found = await probe(origin, {}, stop.signal);
    assert.ok(!found.ok && found.failure.reason === 'aborted');
  });
});
