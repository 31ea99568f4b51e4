import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FunctionNumbers, FunctionStats } from '../../../src/domain/stats.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import { milliseconds, ratio, unixMillis } from '../../../src/domain/units.ts';
import type { DeployedRelease, DeployTarget, ProcessRunner } from '../../../src/rollback/ports.ts';

const made: string[] = [];

/** A folder of one test; `removeTemporaryFolders` belongs in `afterEach`. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'prodlens-rollback-'));
  made.push(folder);
  return folder;
}

export async function removeTemporaryFolders(): Promise<void> {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** Starts real programs; the product's runner (platform/process.ts) has tests of its own. */
export const realProcesses: ProcessRunner = {
  run: ({ argv, environment }) =>
    new Promise((resolve) => {
      const [program, ...args] = argv;
      const child = spawn(program, args, { env: { ...process.env, ...environment } });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', (error) => resolve(fail('notFound', error.message)));
      child.on('close', (exitCode) => resolve(ok({ exitCode: exitCode ?? 1, stdout, stderr })));
    }),
};

export const target = (settings: unknown, more: Partial<DeployTarget> = {}): DeployTarget => ({
  environment: 'production',
  production: true,
  name: 'shop-production',
  service: 'shop',
  provider: 'command',
  settings,
  ...more,
});

export const release = (version: string, more: Partial<DeployedRelease> = {}): DeployedRelease => ({
  id: `id-${version}`,
  version,
  weight: ratio(0),
  current: false,
  ...more,
});

export const stats = (errorRatio: number, p95: number, count = 500): FunctionStats => ({
  count,
  errorRatio: ratio(errorRatio),
  p95Ms: {
    value: milliseconds(p95),
    low: milliseconds(p95 * 0.98),
    high: milliseconds(p95 * 1.02),
  },
  basis: 'all',
  source: 'test',
});

export const numbers = (more: Partial<FunctionNumbers>): FunctionNumbers => ({
  key: 'f',
  window: { from: unixMillis(0), to: unixMillis(1) },
  serviceAlive: true,
  releases: [],
  exceptions: [],
  series: [],
  comparisons: [],
  ...more,
});
