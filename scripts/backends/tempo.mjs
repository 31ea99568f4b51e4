/**
 * Grafana Tempo, from a binary given by hand: its licence, the AGPL, is why it isn't built here like the others. All in one process,
 * storage below the test's folder, loopback only.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { freePorts } from './ports.mjs';
import { startServer } from './server.mjs';

const how =
  'give a binary of it: npm run test:backends -- tempo --tempo PATH (or PRODLENS_TEMPO=PATH)';

export const tempo = {
  name: 'tempo',
  /** Of the command line. @type {string | undefined} */
  binary: process.env.PRODLENS_TEMPO,
  /** Why it isn't among the servers that are tested when none is named. */
  leftOut() {
    return this.binary === undefined || this.binary === '' ? how : undefined;
  },
  obtain() {
    const missing = this.leftOut();
    if (missing !== undefined) throw new Error(missing);
    const binary = path.resolve(this.binary);
    try {
      accessSync(binary, constants.X_OK);
    } catch {
      throw new Error(`${binary} can’t be run; ${how}`);
    }
    const { stdout, stderr } = spawnSync(binary, ['-version'], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    const [, version = ''] = /version v?(\d+[\w.-]*)/.exec(`${stdout}${stderr}`) ?? [];
    // It has neither ingesters nor the processor local-blocks, and refuses a configuration that names them.
    if (Number.parseInt(version, 10) >= 3)
      throw new Error(
        `Tempo ${version} is configured otherwise than this knows; give one of 2.4 to 2.10`,
      );
    return binary;
  },
  /** @param {string} folder @param {{ remoteWrite?: string }} options `remoteWrite`: where its generator's metrics go */
  async start(folder, { remoteWrite } = {}) {
    const command = this.obtain();
    const [http, grpc, otlp] = await freePorts(3);
    const url = `http://127.0.0.1:${http}`;
    const config = path.join(folder, 'tempo.json');
    // It reads YAML, of which JSON is a part.
    await writeFile(
      config,
      JSON.stringify(configuration({ folder, http, grpc, otlp, remoteWrite })),
    );
    const { stop } = await startServer({
      name: 'tempo',
      command,
      args: ['-target=all', `-config.file=${config}`],
      ready: `${url}/ready`,
      folder,
    });
    return {
      env: { PRODLENS_TEST_TEMPO: url, PRODLENS_TEST_TEMPO_OTLP: `http://127.0.0.1:${otlp}` },
      stop,
    };
  },
};

function configuration({ folder, http, grpc, otlp, remoteWrite }) {
  const inMemory = { kvstore: { store: 'inmemory' } };
  const below = (...names) => path.join(folder, 'tempo', ...names);
  return {
    server: {
      http_listen_address: '127.0.0.1',
      http_listen_port: http,
      grpc_listen_address: '127.0.0.1',
      grpc_listen_port: grpc,
      log_level: 'warn',
    },
    usage_report: { reporting_enabled: false },
    memberlist: { bind_addr: ['127.0.0.1'], bind_port: 0 },
    distributor: {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
    },
    ingester: {
      lifecycler: {
        address: '127.0.0.1',
        min_ready_duration: '1s',
        ring: { ...inMemory, replication_factor: 1 },
      },
      trace_idle_period: '2s',
      max_block_duration: '1m',
      flush_check_period: '2s',
    },
    querier: { frontend_worker: { frontend_address: `127.0.0.1:${grpc}` } },
    compactor: {
      // Otherwise it takes a minute until it is ready.
      ring: { ...inMemory, instance_addr: '127.0.0.1', wait_stability_min_duration: '0s' },
    },
    metrics_generator: {
      ring: { ...inMemory, instance_addr: '127.0.0.1' },
      registry: { collection_interval: '5s' },
      processor: {
        span_metrics: {
          dimensions: [
            'http.route',
            'http.request.method',
            'http.response.status_code',
            'service.version',
          ],
          enable_target_info: true,
        },
      },
      storage: {
        path: below('generator', 'wal'),
        ...(remoteWrite === undefined ? {} : { remote_write: [{ url: remoteWrite }] }),
      },
      traces_storage: { path: below('generator', 'traces') },
    },
    storage: {
      trace: {
        backend: 'local',
        wal: { path: below('wal') },
        local: { path: below('blocks') },
      },
    },
    overrides: {
      defaults: {
        metrics_generator: {
          processors: [...(remoteWrite === undefined ? [] : ['span-metrics']), 'local-blocks'],
        },
      },
    },
  };
}
