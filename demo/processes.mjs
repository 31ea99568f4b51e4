// The demo's processes: two services in two releases, the traffic splitter, the load. Every one of them ends with the demo.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** @returns {Promise<number>} a port that nobody listens on now */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port, child) {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`a service ended with exit code ${child.exitCode}`);
    const socket = net.connect(port, '127.0.0.1');
    const reached = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * @param {{ folder: string, releases: { version: string, commit: string, folder: string }[], otlpPort?: number, rate: number,
 *   newShare?: number, protocol?: string, variables?: Record<string, string> }} options `newShare`: of the newest release; `protocol`: instead
 *   of the SDK's default; `variables`: of the services, where telemetry goes for example
 */
export async function startProcesses({
  folder,
  releases,
  otlpPort,
  rate,
  newShare = 0.1,
  protocol,
  variables = {},
}) {
  const children = [];
  const logs = path.join(folder, 'logs');
  mkdirSync(logs, { recursive: true });

  function start(name, module, options) {
    const child = fork(module, [], { ...options, silent: true });
    const log = createWriteStream(path.join(logs, `${name}.log`));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    children.push(child);
    return child;
  }

  async function service(name, release, port, extra) {
    const child = start(
      `${name}-${release.version}`,
      path.join(release.folder, name === 'shop-api' ? 'api' : 'pricing', 'server.js'),
      {
        cwd: release.folder,
        execArgv: ['--require', '@opentelemetry/auto-instrumentations-node/register'],
        env: {
          ...process.env,
          ...extra,
          PORT: String(port),
          NODE_OPTIONS: '',
          // The detectors that ask a cloud's metadata service have nothing to find here.
          OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
          OTEL_SERVICE_NAME: name,
          OTEL_RESOURCE_ATTRIBUTES: `service.version=${release.version}`,
          ...(otlpPort === undefined
            ? {}
            : { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlpPort}` }),
          ...(protocol === undefined ? {} : { OTEL_EXPORTER_OTLP_PROTOCOL: protocol }),
          ...variables,
        },
      },
    );
    await listening(port, child);
  }

  const running = [];
  for (const [index, release] of releases.entries()) {
    const [api, pricing] = [await freePort(), await freePort()];
    await service('shop-pricing', release, pricing, {});
    await service('shop-api', release, api, { PRICING_URL: `http://127.0.0.1:${pricing}` });
    running.push({
      id: `shop-${release.version}`,
      version: release.version,
      commit: release.commit,
      weight: index === 0 ? 1 - newShare : newShare,
      port: api,
      createdAt: new Date(Date.now() - (releases.length - index) * 3_600_000).toISOString(),
    });
  }

  const port = await freePort();
  const splitter = start('splitter', path.join(here, 'deploy/splitter.mjs'), {
    env: { ...process.env, SPLITTER: JSON.stringify({ port, releases: running }) },
  });
  await once(splitter, 'message');
  start('load', path.join(here, 'deploy/load.mjs'), {
    env: { ...process.env, TARGET: `http://127.0.0.1:${port}`, RATE: String(rate) },
  });

  return {
    splitterPort: port,
    async stop() {
      const alive = children.filter(
        (child) => child.exitCode === null && child.signalCode === null,
      );
      const ended = alive.map((child) => once(child, 'exit'));
      for (const child of alive) child.kill('SIGKILL');
      await Promise.all(ended);
    },
  };
}
