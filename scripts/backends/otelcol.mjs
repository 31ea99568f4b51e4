/** OpenTelemetry Collector 0.155.0 with the span metrics connector: main.go here lists its parts. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { goBuild } from './goBuild.mjs';
import { freePort } from './ports.mjs';
import { startServer } from './server.mjs';

export const obtainCollector = () => goBuild({ name: 'otelcol', version: '0.155.0', package: '.' });

/**
 * @param {string} folder
 * @param {object} config of the collector, without extensions
 * @param {{ name?: string, gates?: string[] }} [options] `gates` are feature gates to be switched on
 * @returns {ReturnType<typeof startServer>}
 */
export async function startCollector(folder, config, { name = 'otelcol', gates = [] } = {}) {
  const binary = await obtainCollector();
  const health = await freePort();
  const file = path.join(folder, `${name}.json`);
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({
      ...config,
      extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
      service: {
        ...config.service,
        extensions: ['health_check'],
        telemetry: { metrics: { level: 'none' } },
      },
    }),
  );
  return startServer({
    name,
    command: binary,
    args: [
      `--config=${file}`,
      ...(gates.length === 0 ? [] : [`--feature-gates=${gates.join(',')}`]),
    ],
    ready: `http://127.0.0.1:${health}/`,
    folder,
  });
}
