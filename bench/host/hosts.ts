import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Harness, HarnessOptions, WindowOptions } from '../../test/harness/harnessTypes.ts';
import type { HostResult, HostTask } from './task.ts';

/** What is used here of test/harness/page.ts, which is checked with the types of a page. */
interface Driver {
  readonly startProdlens: (options: HarnessOptions) => Promise<Harness>;
  readonly VsCodeWindow: {
    open(harness: Harness, options: WindowOptions): Promise<{ close(): Promise<void> }>;
  };
  readonly waitUntil: (what: string, ask: () => boolean, timeoutMs?: number) => Promise<unknown>;
}

export const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** Windows of a real VS Code with Prodlens, an empty extension and the measuring one; Prodlens starts only when measured. */
export interface Hosts {
  readonly workspace: string;
  readonly httpPort: number;
  /** Global storage of Prodlens. */
  readonly storage: string;
  /** Opens a window, does the task in its extension host, closes it. `meanwhile` runs when the task says that it is ready. */
  run<T extends HostResult>(task: HostTask, meanwhile?: () => Promise<void>): Promise<T>;
  /** Tells a running task to go on. */
  tell(name: 'go' | 'stop'): Promise<void>;
  stop(): Promise<void>;
}

export async function startHosts(): Promise<Hosts> {
  const driver = (await import(
    pathToFileURL(path.join(root, 'scripts/harness/driver.mjs')).href
  )) as { loadDriver(): Promise<Driver> };
  const { startProdlens, VsCodeWindow, waitUntil } = await driver.loadDriver();
  const scratch = await mkdtemp(path.join(tmpdir(), 'pl-b-'));
  const [serverDataDir, workspace, mailbox] = ['s', 'w', 'm'].map((name) =>
    path.join(scratch, name),
  ) as [string, string, string];
  await mkdir(mailbox);
  await cp(path.join(root, 'demo/shop'), path.join(workspace, 'shop'), { recursive: true });
  await layOut(path.join(scratch, 'e'), path.join(serverDataDir, 'extensions'));
  const httpPort = await freePort();
  const harness = await startProdlens({
    extensionPath: path.join(scratch, 'e/prodlens'),
    workspace,
    serverDataDir,
    settings: {
      'prodlens.local.httpPort': httpPort,
      'prodlens.local.grpcPort': await freePort(),
    },
    env: { PRODLENS_BENCH_FOLDER: mailbox },
  });
  const tell = (name: string): Promise<void> => writeFile(path.join(mailbox, name), '');
  return {
    workspace,
    httpPort,
    storage: path.join(serverDataDir, 'data/User/globalStorage/prodlens.prodlens'),
    tell,
    async run<T extends HostResult>(task: HostTask, meanwhile?: () => Promise<void>): Promise<T> {
      await rm(mailbox, { recursive: true });
      await mkdir(mailbox);
      await writeFile(path.join(mailbox, 'task.json'), JSON.stringify(task));
      // A browser profile of its own: what the window before had open is not opened again by itself.
      const window = await VsCodeWindow.open(harness, { freshProfile: true });
      const arrived = (name: string) => (): boolean =>
        existsSync(path.join(mailbox, name)) || existsSync(path.join(mailbox, 'result.json'));
      if (meanwhile !== undefined) {
        await waitUntil('the task to be ready', arrived('ready'), 60_000);
        await meanwhile();
      }
      await waitUntil('the result', arrived('result.json'), 120_000);
      const result = JSON.parse(await readFile(path.join(mailbox, 'result.json'), 'utf8')) as T;
      await window.close();
      if ('failed' in result) throw new Error(String(result['failed']));
      return result;
    },
    async stop() {
      await harness.stop();
      await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** All extensions as installed ones. Prodlens is the built one, but doesn't start by itself. */
async function layOut(folder: string, installed: string): Promise<void> {
  const own = path.join(folder, 'prodlens');
  await mkdir(own, { recursive: true });
  for (const name of ['dist', 'media', 'schemas', 'l10n', 'package.nls.json'])
    if (existsSync(path.join(root, name)))
      await symlink(path.join(root, name), path.join(own, name));
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    readonly engines: unknown;
  };
  await writeFile(
    path.join(own, 'package.json'),
    JSON.stringify({ ...manifest, activationEvents: [] }),
  );
  const others = { warm: [], empty: [], measure: ['onStartupFinished'] };
  for (const [name, activationEvents] of Object.entries(others)) {
    const other = path.join(folder, name);
    await mkdir(other, { recursive: true });
    await mkdir(installed, { recursive: true });
    await writeFile(
      path.join(other, 'package.json'),
      JSON.stringify({
        name,
        publisher: 'prodlens-bench',
        version: '1.0.0',
        engines: manifest.engines,
        main: './main.js',
        activationEvents,
      }),
    );
    await symlink(other, path.join(installed, `prodlens-bench.${name}-1.0.0`));
  }
  for (const name of ['warm', 'empty'])
    await writeFile(path.join(folder, name, 'main.js'), 'exports.activate = () => ({});\n');
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/host/measure.ts'],
    outfile: path.join(folder, 'measure/main.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
