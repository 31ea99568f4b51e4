/** Prometheus: Debian's package, unpacked and not installed. Scrapes each second whatever targets its test writes into a file. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { freePort, obtain, startServer } from './server.mjs';

export const prometheus = {
  name: 'prometheus',
  async start(folder) {
    const unpacked = await obtain(
      'prometheus-debian',
      'fetching Debian’s prometheus package (19 MB) …',
      (unfinished) => ({
        command: 'sh',
        args: [
          '-c',
          'mkdir -p "$1.deb" && cd "$1.deb" && apt-get download -q prometheus >&2 && dpkg -x prometheus_*.deb "$1" && rm -r "$1.deb"',
          'sh',
          unfinished,
        ],
      }),
    );
    const targets = path.join(folder, 'targets.json');
    const config = path.join(folder, 'prometheus.json');
    writeFileSync(targets, '[]');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          { job_name: 'app', file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] },
        ],
      }),
    );
    // Older samples than a test can wait for.
    const now = Math.floor(Date.now() / 60_000) * 60;
    const history = path.join(folder, 'history.txt');
    writeFileSync(history, openMetrics(now));
    execFileSync(
      path.join(unpacked, 'usr/bin/promtool'),
      ['tsdb', 'create-blocks-from', 'openmetrics', history, path.join(folder, 'data')],
      { stdio: 'ignore' },
    );
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { stop } = await startServer({
      name: 'prometheus',
      command: path.join(unpacked, 'usr/bin/prometheus'),
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      ready: `${url}/-/ready`,
      folder,
    });
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

/**
 * Counters of service `archive`, a sample each 15 s: a replica that is there for four hours and counts 1 a sample, one that was away from
 * two and a half hours to forty minutes ago, and a series that begins with 5 half an hour ago.
 *
 * @param {number} now seconds since 1970
 */
function openMetrics(now) {
  const lines = ['# TYPE archive_calls counter'];
  const add = (instance, from, to, value) => {
    for (let at = now - from * 60, i = 0; at <= now - to * 60; at += 15, i++)
      lines.push(`archive_calls_total{instance="${instance}"} ${value(i)} ${at}`);
  };
  add('steady', 240, 0, (i) => 1000 + i);
  add('returning', 240, 150, (i) => 500 + i);
  add('returning', 40, 0, () => 900);
  add('new', 30, 0, () => 5);
  return `${lines.join('\n')}\n# EOF\n`;
}
