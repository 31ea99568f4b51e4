/**
 * Thanos 0.42.2: two replicas of Prometheus 3 that scrape the same, a sidecar beside each, and `thanos query` over both. What a replica tells
 * apart is their label `replica` alone.
 */
import { cp } from 'node:fs/promises';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { lastMinute } from './history.mjs';
import { freePort, freePorts } from './ports.mjs';
import { prometheus3, startPrometheus3, writeHistory } from './prometheus.mjs';
import { startServer } from './server.mjs';

const version = '0.42.2';

const obtainThanos = () =>
  goBuild({
    name: 'thanos',
    version,
    package: 'github.com/thanos-io/thanos/cmd/thanos',
    ldflags: [`-X github.com/prometheus/common/version.Version=${version}`],
    tags: 'netgo,slicelabels,remove_all_sd',
  });

const grace = ['--http-grace-period=1s', '--grpc-grace-period=1s'];

/** @returns {Promise<{ grpc: string, stop(): Promise<void> }>} */
async function startSidecar(folder, name, data, prometheusUrl) {
  const [http, grpc] = await freePorts(2);
  const { stop } = await startServer({
    name,
    command: await obtainThanos(),
    args: [
      ...['sidecar', `--prometheus.url=${prometheusUrl}`, `--tsdb.path=${data}`],
      ...[`--http-address=127.0.0.1:${http}`, `--grpc-address=127.0.0.1:${grpc}`, ...grace],
    ],
    ready: `http://127.0.0.1:${http}/-/ready`,
    folder,
  });
  return { grpc: `127.0.0.1:${grpc}`, stop };
}

/**
 * @param {string[]} endpoints gRPC addresses of sidecars
 * @param {string[]} flags more of them
 */
export async function startThanosQuery(folder, name, endpoints, flags = []) {
  const [http, grpc] = await freePorts(2);
  const url = `http://127.0.0.1:${http}`;
  const { stop } = await startServer({
    name,
    command: await obtainThanos(),
    args: [
      'query',
      ...[`--http-address=127.0.0.1:${http}`, `--grpc-address=127.0.0.1:${grpc}`, ...grace],
      // Strict: a replica that is away is told of, and not forgotten.
      ...endpoints.map((endpoint) => `--endpoint-strict=${endpoint}`),
      ...flags,
    ],
    ready: `${url}/-/ready`,
    folder,
  });
  return { url, stop };
}

/** What stands before `query` in larger installations: it splits and aligns questions. */
async function startQueryFrontend(folder, queryUrl) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { stop } = await startServer({
    name: 'query-frontend',
    command: await obtainThanos(),
    args: [
      ...['query-frontend', `--http-address=${new URL(url).host}`, '--http-grace-period=1s'],
      `--query-frontend.downstream-url=${queryUrl}`,
    ],
    ready: `${url}/-/ready`,
    folder,
  });
  return { url, stop };
}

/** The other way in: it takes remote write. @returns {Promise<{ push: string, grpc: string, stop(): Promise<void> }>} */
async function startReceive(folder) {
  const [http, grpc, push, capnproto] = await freePorts(4);
  const { stop } = await startServer({
    name: 'receive',
    command: await obtainThanos(),
    args: [
      ...['receive', `--tsdb.path=${path.join(folder, 'data-receive')}`, '--label=receive="one"'],
      ...[`--http-address=127.0.0.1:${http}`, `--grpc-address=127.0.0.1:${grpc}`, ...grace],
      ...[`--remote-write.address=127.0.0.1:${push}`, `--receive.local-endpoint=127.0.0.1:${grpc}`],
      // Else it takes a fixed port of every interface.
      `--receive.capnproto-address=127.0.0.1:${capnproto}`,
    ],
    ready: `http://127.0.0.1:${http}/-/ready`,
    folder,
  });
  return { push: `http://127.0.0.1:${push}/api/v1/receive`, grpc: `127.0.0.1:${grpc}`, stop };
}

export const thanos = {
  name: 'thanos',
  tests: ['prometheus', 'prometheus.conventions'],
  obtain: () => Promise.all([prometheus3.obtain(), obtainThanos()]),
  async start(folder) {
    const stops = [];
    const stop = async () => {
      for (const one of stops.toReversed()) await one();
    };
    try {
      const now = lastMinute();
      const data = (name) => path.join(folder, `data-${name}`);
      await writeHistory(folder, data('a'), now);
      await cp(data('a'), data('b'), { recursive: true });
      const endpoints = [];
      let targets = '';
      for (const name of ['a', 'b']) {
        const replica = await startPrometheus3(folder, {
          data: data(name),
          name: `prometheus-${name}`,
          labels: { replica: name },
        });
        stops.push(replica.stop);
        targets = replica.targets;
        const sidecar = await startSidecar(folder, `sidecar-${name}`, data(name), replica.url);
        stops.push(sidecar.stop);
        endpoints.push(sidecar.grpc);
      }
      const query = await startThanosQuery(folder, 'query', endpoints, [
        '--query.replica-label=replica',
      ]);
      stops.push(query.stop);
      const frontend = await startQueryFrontend(folder, query.url);
      stops.push(frontend.stop);
      const receive = await startReceive(folder);
      stops.push(receive.stop);
      const received = await startThanosQuery(folder, 'query-received', [receive.grpc]);
      stops.push(received.stop);
      return {
        env: {
          PRODLENS_TEST_PROMETHEUS: query.url,
          PRODLENS_TEST_PROMETHEUS_TARGETS: targets,
          PRODLENS_TEST_PROMETHEUS_HISTORY: String(now),
          PRODLENS_TEST_PROMETHEUS_CONVERTS: 'yes',
          PRODLENS_TEST_THANOS_FRONTEND: frontend.url,
          PRODLENS_TEST_THANOS_SIDECARS: JSON.stringify(endpoints),
          PRODLENS_TEST_THANOS_RECEIVE: receive.push,
          PRODLENS_TEST_THANOS_RECEIVED: received.url,
        },
        stop,
      };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};
