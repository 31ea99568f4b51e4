/** A server of the backend tests: its own process, its own ports, nothing left behind. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { testCacheDir } from '../harness/setup.mjs';

/** Outside of the checkout: what was built or fetched once is there for the next run. */
export const cacheFolder = path.join(testCacheDir(), 'backends');

const run = promisify(execFile);

/**
 * @param {string} file in the cache
 * @param {string} what for the person who waits
 * @typedef {{ command: string, args: string[], cwd?: string, env?: NodeJS.ProcessEnv }} Command
 * @param {(unfinished: string) => Command | Promise<Command>} how makes the file
 * @returns {Promise<string>} its path
 */
export function obtain(file, what, how) {
  // Several servers of one run may need the same.
  const known = underWay.get(file);
  if (known !== undefined) return known;
  const begun = obtainOnce(file, what, how);
  underWay.set(file, begun);
  return begun;
}

const underWay = new Map();

async function obtainOnce(file, what, how) {
  const finished = path.join(cacheFolder, file);
  if (existsSync(finished)) return finished;
  mkdirSync(cacheFolder, { recursive: true });
  console.log(what);
  const unfinished = `${finished}.${process.pid}`;
  const { command, args, cwd, env } = await how(unfinished);
  try {
    await run(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    throw new Error(`${command} failed: ${String(error.stderr || error.message).slice(-2_000)}`, {
      cause: error,
    });
  }
  await rename(unfinished, finished);
  return finished;
}

export async function freePort() {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @param {number} count of ports that nobody listens on, all different */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/**
 * Starts a program and waits until an address answers 200.
 * @param {{ name: string, command: string, args: string[], env?: NodeJS.ProcessEnv, ready: string, folder: string }} server
 * @returns {Promise<{ stop(): Promise<void>, start(): Promise<void> }>} `start`: once more, on the same ports and data
 */
export async function startServer(server) {
  mkdirSync(server.folder, { recursive: true });
  let stopThis = await startOnce(server);
  return {
    stop: () => stopThis(),
    async start() {
      stopThis = await startOnce(server);
    },
  };
}

/** @returns what ends it */
async function startOnce({ name, command, args, env, ready, folder }) {
  const logFile = path.join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let problem;
  child.on('error', (error) => {
    problem = error.message;
  });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const until = Date.now() + 120_000;
  while (!(await answers(ready))) {
    if (child.exitCode !== null || problem !== undefined || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(
        `${name} did not start: ${problem ?? ''}\n${readFileSync(logFile, 'utf8').slice(-2_000)}`,
      );
    }
    await delay(100);
  }
  return async () => {
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(patience);
  };
}

async function answers(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
