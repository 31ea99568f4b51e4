/**
 * Prometheus 2 is Debian's package, unpacked and not installed; 3.15 (module v0.315.0) is built. Both scrape each second whatever targets a
 * test writes into a file; 3 takes OTLP as well.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { goBuild } from './goBuild.mjs';
import { archiveSamples, lastMinute } from './history.mjs';
import { freePort } from './ports.mjs';
import { obtain, startServer } from './server.mjs';

const run = promisify(execFile);
const version = '3.15.0';
const versionPackage = 'github.com/prometheus/common/version';

export const obtainDebian = () =>
  obtain('prometheus-debian', 'fetching Debian’s prometheus package (19 MB) …', (unfinished) => ({
    command: 'sh',
    args: [
      '-c',
      'mkdir -p "$1.deb" && cd "$1.deb" && apt-get download -q prometheus >&2 && dpkg -x prometheus_*.deb "$1" && rm -r "$1.deb"',
      'sh',
      unfinished,
    ],
  }));

const obtain3 = () =>
  goBuild({
    name: 'prometheus3',
    version,
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    ldflags: [`-X ${versionPackage}.Version=${version}`, `-X ${versionPackage}.Branch=proxy`],
    // Service discovery of clouds is most of the build and of no use here.
    tags: 'netgo,remove_all_sd',
  });

/** @param {string[]} args of promtool, which is a part of Debian's package */
export async function promtool(args) {
  const unpacked = await obtainDebian();
  const { stdout } = await run(path.join(unpacked, 'usr/bin/promtool'), args, {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/**
 * Prometheus 2.42.
 *
 * @param {string} folder
 * @param {{ data?: string, every?: string, config?: object }} [options] `data`: of its storage; `every`: how often it scrapes; `config`: more of
 *   its configuration
 */
export async function startPrometheus2(
  folder,
  { data = path.join(folder, 'data'), every = '1s', config = {} } = {},
) {
  const unpacked = await obtainDebian();
  return startPrometheus(folder, {
    binary: path.join(unpacked, 'usr/bin/prometheus'),
    data,
    every,
    config,
    flags: ['--enable-feature=exemplar-storage'],
  });
}

/**
 * Prometheus 3, with its OTLP receiver.
 *
 * @param {string} folder
 * @param {{ data?: string, translation?: string, config?: object, name?: string, labels?: object }} [options] `translation` of names: how
 *   OTLP's become Prometheus'; `config`: more of its configuration, instead of what it has here; `name`: of its own files, where several
 *   have one folder and so scrape the same; `labels`: what it tells others with its series
 */
export async function startPrometheus3(
  folder,
  {
    data = path.join(folder, 'data'),
    translation = 'UnderscoreEscapingWithSuffixes',
    config = {},
    name,
    labels,
  } = {},
) {
  return startPrometheus(folder, {
    binary: await obtain3(),
    data,
    name,
    labels,
    flags: ['--web.enable-otlp-receiver', '--enable-feature=exemplar-storage'],
    // Classic histograms of these become native ones with boundaries of their own.
    jobs: [
      {
        job_name: 'converted',
        convert_classic_histograms_to_nhcb: true,
        scrape_native_histograms: true,
        file_sd_configs: [{ files: [path.join(folder, 'converted.json')], refresh_interval: '1s' }],
      },
    ],
    config: {
      otlp: {
        promote_resource_attributes: [
          ...['service.name', 'service.namespace', 'service.version', 'service.instance.id'],
          'deployment.environment.name',
        ],
        translation_strategy: translation,
      },
      ...config,
    },
  });
}

async function startPrometheus(
  folder,
  {
    binary,
    data,
    every = '1s',
    flags = [],
    jobs = [],
    config = {},
    name = 'prometheus',
    labels = {},
  },
) {
  const targets = path.join(folder, 'targets.json');
  const configFile = path.join(folder, `${name}.json`);
  writeFileSync(targets, '[]');
  // JSON is YAML.
  writeFileSync(
    configFile,
    JSON.stringify({
      global: { scrape_interval: every, scrape_timeout: every, external_labels: labels },
      scrape_configs: [
        { job_name: 'app', file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] },
        ...jobs,
      ],
      ...config,
    }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name,
    command: binary,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...flags,
    ],
    ready: `${url}/-/ready`,
    folder,
  });
  return { url, targets, ...server };
}

/**
 * Storage that holds the history that tests ask about.
 *
 * @param {string} data
 * @param {number} now its end, Unix seconds
 */
export async function writeHistory(folder, data, now) {
  const history = path.join(folder, 'history.txt');
  const lines = archiveSamples(now).map(
    ({ instance, value, at }) => `archive_calls_total{instance="${instance}"} ${value} ${at}`,
  );
  writeFileSync(history, ['# TYPE archive_calls counter', ...lines, '# EOF', ''].join('\n'));
  await promtool(['tsdb', 'create-blocks-from', 'openmetrics', history, data]);
}

/** A server whose storage begins with that history. */
const withHistory = (name, obtainAll, start, more = {}) => ({
  name,
  allTestsOf: 'prometheus',
  obtain: obtainAll,
  async start(folder) {
    const now = lastMinute();
    const data = path.join(folder, 'data');
    await writeHistory(folder, data, now);
    const { url, targets, stop } = await start(folder, data);
    return {
      env: {
        PRODLENS_TEST_PROMETHEUS: url,
        PRODLENS_TEST_PROMETHEUS_TARGETS: targets,
        PRODLENS_TEST_PROMETHEUS_HISTORY: String(now),
        ...more,
      },
      stop,
    };
  },
});

export const prometheus = withHistory('prometheus', obtainDebian, (folder, data) =>
  startPrometheus2(folder, { data }),
);

export const prometheus3 = withHistory(
  'prometheus3',
  () => Promise.all([obtainDebian(), obtain3()]),
  (folder, data) => startPrometheus3(folder, { data }),
  // Histograms of some targets become native ones.
  { PRODLENS_TEST_PROMETHEUS_CONVERTS: 'yes' },
);
