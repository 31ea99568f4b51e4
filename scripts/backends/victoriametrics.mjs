/** VictoriaMetrics 1.140.0, single node. Scrapes like Prometheus, takes OTLP, answers Prometheus' API with its own semantics. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { archiveSamples, lastMinute } from './history.mjs';
import { freePort, startServer } from './server.mjs';

const obtainVictoriaMetrics = () =>
  goBuild({
    name: 'victoriametrics',
    version: '1.140.0',
    package: 'github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics',
  });

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
  tests: 'prometheus',
  obtain: obtainVictoriaMetrics,
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
