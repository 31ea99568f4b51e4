import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Attribution } from '../../src/domain/attribution.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { RouteTable } from '../../src/domain/route.ts';
import { inProcess } from '../../src/rpc/peer.ts';
import type { IndexContract } from '../../src/symbols/contract.ts';
import { IndexService } from '../../src/workers/indexService.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** A folder opened as the extension opens a workspace folder: the index worker's service, asked through its RPC. */
export interface OpenWorkspace {
  /** What the receiver is told for spans without a route. */
  readonly routes: RouteTable;
  attribute(operations: readonly Operation[]): Promise<readonly Attribution[]>;
  dispose(): void;
}

/** Grammars as the build ships them. Remove the folder after use. */
export async function grammarsFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'prodlens-grammars-'));
  const build = (await import(pathToFileURL(path.join(root, 'esbuild.mjs')).href)) as {
    copyGrammars(target: string): Promise<void>;
  };
  await build.copyGrammars(folder);
  return folder;
}

/** Resolves when everything was read and linked. No settings, no prodlens.json but the folder's own. */
export async function openWorkspace(folder: string, grammars: string): Promise<OpenWorkspace> {
  const service = new IndexService({
    changed: () => undefined,
    problems: () => undefined,
    rules: () => undefined,
  });
  const { remote } = inProcess<IndexContract>(service.handlers);
  let routes: RouteTable = { routes: [] };
  service.onRoutes((table) => {
    routes = table;
  });
  await remote.call('configure', {
    folders: [{ path: path.resolve(folder), files: await filesOf(folder), exclude: [] }],
    grammarsFolder: grammars,
    trusted: true,
  });
  // Answered once the workspace is linked; the routes were sent by then.
  await remote.call('routes', undefined);
  return {
    get routes() {
      return routes;
    },
    attribute: (operations) => remote.call('attribute', { operations }),
    dispose: () => {
      service.dispose();
    },
  };
}

/** A recording's source holds what git tracks: the list that the extension's host asks git for. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Opens a folder for as long as `use` runs. */
export async function withWorkspace<T>(
  folder: string,
  grammars: string,
  use: (workspace: OpenWorkspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(folder, grammars);
  try {
    return await use(workspace);
  } finally {
    workspace.dispose();
  }
}

/** Grammars for as long as `use` runs. */
export async function withGrammars<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await grammarsFolder();
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
