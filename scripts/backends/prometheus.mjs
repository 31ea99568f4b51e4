/** Prometheus: Debian's package, unpacked and not installed. Scrapes each second whatever targets its test writes into a file. */
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
      env: { PRODLENS_TEST_PROMETHEUS: url, PRODLENS_TEST_PROMETHEUS_TARGETS: targets },
      stop,
    };
  },
};
