import assert from 'node:assert/strict';
import { createExchange } from '../../../src/http/exchange.ts';
import { dataSourceAt } from '../../../src/telemetry/grafana/address.ts';
import { probeAddress, probeLimits } from '../../../src/telemetry/probe.ts';
import { probes } from '../../../src/telemetry/registry.ts';
import type { GrafanaProxy, GrafanaProxyOptions } from '../../backends/grafanaProxy.ts';
import { startGrafanaProxy } from '../../backends/grafanaProxy.ts';
import { localServers } from '../http/localServers.ts';

const signedIn = { Authorization: 'Bearer glsa_right' };

describe('data sources of Grafana', () => {
  const serve = localServers();
  const started: GrafanaProxy[] = [];
  afterEach(() => Promise.all(started.splice(0).map((one) => one.stop())));
  const grafana = async (options: Partial<GrafanaProxyOptions>): Promise<GrafanaProxy> => {
    const one = await startGrafanaProxy({ token: 'glsa_right', dataSources: [], ...options });
    started.push(one);
    return one;
  };
  const probe = (address: string, headers: Readonly<Record<string, string>> = {}) =>
    probeAddress(
      address,
      probes,
      createExchange(probeLimits),
      headers,
      new AbortController().signal,
    );
  const source = (uid: string, type: string, more: object = {}) => ({
    uid,
    name: `The ${uid}`,
    type,
    url: 'http://127.0.0.1:1',
    ...more,
  });

  it('are listed with the one token, those that can be asked alone, the default first', async () => {
    const { url, forwarded } = await grafana({
      dataSources: [
        source('jg', 'jaeger'),
        source('logs', 'loki'),
        source('old', 'prometheus'),
        source('vm_1', 'victoriametrics-metrics-datasource', { isDefault: true }),
      ],
    });
    const found = await probe(`${url}/d/abc/a-dashboard`, signedIn);
    assert.ok(found.ok, JSON.stringify(found));
    assert.deepEqual(
      found.value.map(({ kind, signal, url: at, behind }) => [kind, signal, at, behind?.name]),
      [
        ['prometheus', 'metrics', `${url}/api/datasources/proxy/uid/vm_1`, 'The vm_1'],
        ['jaeger', 'traces', `${url}/api/datasources/proxy/uid/jg`, 'The jg'],
        ['prometheus', 'metrics', `${url}/api/datasources/proxy/uid/old`, 'The old'],
      ],
    );
    assert.deepEqual(forwarded, [], 'none of them was asked');
  });

  it('are found below a sub-path', async () => {
    const { url } = await grafana({
      basePath: '/grafana',
      dataSources: [source('p', 'prometheus')],
    });
    for (const address of [url, new URL(url).origin]) {
      const found = await probe(address, signedIn);
      assert.ok(found.ok, JSON.stringify(found));
      assert.deepEqual(
        found.value.map((one) => one.url),
        [`${url}/api/datasources/proxy/uid/p`],
      );
    }
  });

  it('know which traces belong to which numbers', async () => {
    const { url } = await grafana({
      dataSources: [
        source('p', 'prometheus', {
          jsonData: { exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: 'z' }, 7] },
        }),
        source('z', 'zipkin', { jsonData: { tracesToMetrics: { datasourceUid: 'gone' } } }),
        source('odd', 'jaeger', { jsonData: { serviceMap: 5 } }),
      ],
    });
    const found = await probe(url, signedIn);
    assert.ok(found.ok, JSON.stringify(found));
    assert.deepEqual(
      found.value.map(({ behind }) => [behind?.name, behind?.linkedWith]),
      [
        ['The odd', []],
        ['The p', [`${url}/api/datasources/proxy/uid/z`]],
        ['The z', []],
      ],
    );
  });

  it('want the token of a service account, and say where it is made', async () => {
    const { url } = await grafana({ dataSources: [source('p', 'prometheus')] });
    for (const headers of [{}, { Authorization: 'Bearer glsa_wrong' }]) {
      const found = await probe(url, headers);
      assert.ok(!found.ok && found.failure.reason === 'refused', JSON.stringify(found));
      assert.match(found.failure.remedy ?? '', /Service accounts\) with the role Viewer/);
      assert.ok(!JSON.stringify(found).includes('glsa_wrong'));
    }
  });

  it('that the token may not list name the permission', async () => {
    const { url } = await grafana({ mayList: false, dataSources: [source('p', 'prometheus')] });
    const found = await probe(url, signedIn);
    assert.ok(!found.ok && found.failure.reason === 'refused', JSON.stringify(found));
    assert.match(found.failure.remedy ?? '', /datasources:read/);
  });

  it('of other types alone are named, and none at all is said', async () => {
    const logs = await grafana({ dataSources: [source('l', 'loki'), source('bad uid', 'jaeger')] });
    const found = await probe(logs.url, signedIn);
    assert.ok(!found.ok && found.failure.reason === 'unsupported', JSON.stringify(found));
    assert.match(found.failure.remedy ?? '', /It shows: loki, jaeger\./);
    const none = await probe((await grafana({})).url, signedIn);
    assert.ok(!none.ok);
    assert.match(none.failure.remedy ?? '', /none at all/);
  });

  it('are recognised where one is given by hand, and not taken for Grafana where it doesn’t answer', async () => {
    const backend = await serve((request, response) => {
      if (request.headers.authorization !== undefined) response.writeHead(500).end();
      else if (request.url?.startsWith('/select/0/api/v1/query?') === true)
        response.end('{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}');
      else response.writeHead(404).end();
    });
    const closed = await serve((_, response) => response.writeHead(401).end());
    const { url, forwarded } = await grafana({
      dataSources: [
        source('p', 'prometheus', { url: `${backend}/select/0/` }),
        source('closed', 'prometheus', { url: closed }),
      ],
    });
    const found = await probe(`${url}/api/datasources/proxy/uid/p`, signedIn);
    assert.ok(found.ok, JSON.stringify(found));
    assert.deepEqual(
      found.value.map(({ kind, url: at }) => [kind, at]),
      [['prometheus', `${url}/api/datasources/proxy/uid/p`]],
    );
    assert.ok(!forwarded.some(({ headers }) => 'authorization' in headers));
    // A data source that refuses Grafana is no reason to ask the person for other credentials.
    const refused = await probe(`${url}/api/datasources/proxy/uid/closed`, signedIn);
    assert.ok(
      refused.ok && refused.value.every((one) => !one.url.endsWith('closed/')),
      JSON.stringify(refused),
    );
  });

  it('are told from other addresses by the path of Grafana’s proxy', () => {
    const grafanaUrl = 'https://g.example/grafana';
    for (const rest of ['', '/prometheus'])
      assert.deepEqual(dataSourceAt(`${grafanaUrl}/api/datasources/proxy/uid/ab_C-1${rest}`), {
        grafana: grafanaUrl,
        uid: 'ab_C-1',
      });
    for (const other of ['/api/datasources/proxy/1', '/api/datasources/proxy/uid/a%2Fb', ''])
      assert.equal(dataSourceAt(grafanaUrl + other), undefined);
  });
});
