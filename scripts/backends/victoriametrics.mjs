/**
 * VictoriaMetrics 1.140.0, single node: scrapes like Prometheus, takes OTLP, answers Prometheus' API with its own semantics. Beside it vmalert,
 * which evaluates rules.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { archiveSamples, lastMinute } from './history.mjs';
import { freePort } from './ports.mjs';
import { startServer } from './server.mjs';

const version = '1.140.0';

const obtainVictoriaMetrics = () =>
  goBuild({
    name: 'victoriametrics',
    version,
    package: 'github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics',
  });

const obtainVmalert = () =>
  goBuild({
    name: 'vmalert',
    folder: 'victoriametrics',
    version,
    package: 'github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert',
  });

/**
 * vmalert with a file of rules, evaluated by and written to a VictoriaMetrics, as its documentation sets it up.
 *
 * @param {string} url of VictoriaMetrics
 * @param {string} rules path of the file
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 * @public its test loads this module by its path
 */
export async function startVmalert(folder, url, rules) {
  const own = `http://127.0.0.1:${await freePort()}`;
  const { stop } = await startServer({
    name: 'vmalert',
    command: await obtainVmalert(),
    args: [
      ...[`-httpListenAddr=${new URL(own).host}`, `-rule=${rules}`, '-notifier.blackhole'],
      ...[`-datasource.url=${url}`, `-remoteWrite.url=${url}`],
    ],
    ready: `${own}/health`,
    folder,
  });
  return { url: own, stop };
}

/** @param {string[]} flags more of them */
export async function startVictoriaMetrics(folder, flags = []) {
  const binary = await obtainVictoriaMetrics();
  const targets = path.join(folder, 'targets.json');
  const config = path.join(folder, 'scrape.json');
  writeFileSync(targets, '[]');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'app', file_sd_configs: [{ files: [targets] }] }],
    }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await startServer({
    name: 'victoriametrics',
    command: binary,
    args: [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${path.join(folder, 'data')}`,
      '-retentionPeriod=1d',
      `-promscrape.config=${config}`,
      '-promscrape.fileSDCheckInterval=1s',
      ...flags,
    ],
    ready: `${url}/health`,
    folder,
  });
  return { url, targets, stop };
}

export const victoriametrics = {
  name: 'victoriametrics',
  tests: ['prometheus'],
  obtain: () => Promise.all([obtainVictoriaMetrics(), obtainVmalert()]),
  async start(folder) {
    const { url, targets, stop } = await startVictoriaMetrics(folder);
    const now = lastMinute();
    const lines = archiveSamples(now).map(
      ({ instance, value, at }) => `archive_calls_total{instance="${instance}"} ${value} ${at}000`,
    );
    const answer = await fetch(`${url}/api/v1/import/prometheus`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    assert.ok(answer.ok, `the history is refused: ${answer.status}`);
    assert.ok((await fetch(`${url}/internal/force_flush`)).ok);
    return {
      env: {
        PRODLENS_TEST_PROMETHEUS: url,
        PRODLENS_TEST_PROMETHEUS_TARGETS: targets,
        PRODLENS_TEST_PROMETHEUS_HISTORY: String(now),
      },
      stop,
    };
  },
};
