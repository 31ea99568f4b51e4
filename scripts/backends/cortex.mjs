/**
 * Cortex 1.21.1 as one process with tenants and storage in files, which a Prometheus 3 writes to what it scrapes. Its base path, its header for
 * tenants and the interface of its ruler are those of Mimir, which was forked from it.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { archiveSamples, lastMinute } from './history.mjs';
import { freePorts } from './ports.mjs';
import { prometheus3, startPrometheus3 } from './prometheus.mjs';
import { remoteWrite } from './remoteWrite.mjs';
import { startServer } from './server.mjs';

const version = '1.21.1';
const tenant = { 'X-Scope-OrgID': 'team-a' };

const obtainCortex = () =>
  goBuild({
    name: 'cortex',
    version,
    package: 'github.com/cortexproject/cortex/cmd/cortex',
    ldflags: [`-X main.Version=${version}`],
    tags: 'netgo,slicelabels,remove_all_sd',
  });

/** @returns {Promise<{ url: string, stop(): Promise<void> }>} `url` without the base path */
export async function startCortex(folder) {
  const [http, grpc] = await freePorts(2);
  const inFolder = (name) => path.join(folder, 'cortex', name);
  const local = { kvstore: { store: 'inmemory' } };
  const files = (name) => ({ backend: 'filesystem', filesystem: { dir: inFolder(name) } });
  const config = path.join(folder, 'cortex.json');
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      auth_enabled: true,
      server: {
        ...{ http_listen_address: '127.0.0.1', http_listen_port: http },
        ...{ grpc_listen_address: '127.0.0.1', grpc_listen_port: grpc },
        graceful_shutdown_timeout: '1s',
      },
      distributor: { shard_by_all_labels: true, remote_writev2_enabled: true },
      ingester: {
        lifecycler: {
          address: '127.0.0.1',
          ...{ min_ready_duration: '0s', final_sleep: '0s', num_tokens: 16 },
          ring: { ...local, replication_factor: 1 },
        },
      },
      blocks_storage: {
        ...files('blocks'),
        tsdb: { dir: inFolder('tsdb') },
        bucket_store: { sync_dir: inFolder('sync') },
      },
      frontend_worker: { match_max_concurrent: true },
      ruler: { enable_api: true, poll_interval: '1s', rule_path: inFolder('rules') },
      ruler_storage: files('rules-stored'),
      // Of no use here, but a part of the one process.
      compactor: { data_dir: inFolder('compactor'), sharding_ring: local },
      alertmanager: {
        ...{ data_dir: inFolder('alerts'), external_url: `http://127.0.0.1:${http}/alerts` },
        // Else it takes a fixed port.
        cluster: { listen_address: '' },
      },
      alertmanager_storage: files('alerts-stored'),
      limits: { max_exemplars: 10_000, enable_native_histograms: true },
    }),
  );
  const url = `http://127.0.0.1:${http}`;
  const { stop } = await startServer({
    name: 'cortex',
    command: await obtainCortex(),
    // Off by default: then its version isn't known. The file has no word for it.
    args: [`-config.file=${config}`, '-api.build-info-enabled=true'],
    ready: `${url}/ready`,
    folder,
  });
  return { url, stop };
}

export const cortex = {
  name: 'cortex',
  tests: ['prometheus', 'prometheus.conventions'],
  obtain: () => Promise.all([prometheus3.obtain(), obtainCortex()]),
  async start(folder) {
    const { url, stop: stopCortex } = await startCortex(folder);
    const push = `${url}/api/v1/push`;
    try {
      const now = lastMinute();
      await remoteWrite(push, tenant, historyOf(now));
      const { targets, stop } = await startPrometheus3(folder, {
        config: {
          remote_write: [
            {
              ...{ url: push, headers: tenant, send_exemplars: true },
              ...{ send_native_histograms: true },
              queue_config: { batch_send_deadline: '200ms' },
            },
          ],
        },
      });
      return {
        env: {
          PRODLENS_TEST_PROMETHEUS: `${url}/prometheus`,
          PRODLENS_TEST_PROMETHEUS_HEADERS: JSON.stringify(tenant),
          PRODLENS_TEST_PROMETHEUS_TARGETS: targets,
          PRODLENS_TEST_PROMETHEUS_HISTORY: String(now),
        },
        async stop() {
          await stop();
          await stopCortex();
        },
      };
    } catch (error) {
      await stopCortex();
      throw error;
    }
  },
};

/** A series for each instance of the history. */
function historyOf(now) {
  const all = archiveSamples(now);
  return [...new Set(all.map(({ instance }) => instance))].map((instance) => ({
    labels: { __name__: 'archive_calls_total', instance },
    samples: all
      .filter((one) => one.instance === instance)
      .map(({ at, value }) => [at * 1000, value]),
  }));
}
