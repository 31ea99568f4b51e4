/** A server of the backend tests: its own process, its own ports, nothing left behind. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { freemem } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { testCacheDir } from '../harness/setup.mjs';
import { Lanes } from './lanes.mjs';

/** Outside of the checkout: what was built or fetched once is there for the next run. */
export const cacheFolder = path.join(testCacheDir(), 'backends');

const run = promisify(execFile);

/** What the largest of the builds needs at its peak, twice. */
const memoryOfTwoBuilds = 6 * 1024 ** 3;
/** Whatever asks for them: a server may need several, and several servers are asked for at once. */
const builds = new Lanes(() => (freeMemory() < memoryOfTwoBuilds ? 1 : 2));

/** With what the system would give up of its caches, and within the limits of a container, where this Node knows them. */
const freeMemory = () => process.availableMemory?.() ?? freemem();

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
  await builds.run(() => make(finished, what, how));
  return finished;
}

async function make(finished, what, how) {
  mkdirSync(cacheFolder, { recursive: true });
  console.log(what);
  const started = performance.now();
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
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${path.basename(finished)}: ${seconds} s`);
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
