/**
 * Starts the headless VS Code server and opens its windows in Chromium. A window is a Playwright page; read and drive it with
 * test/harness/vscodeWindow.ts. Nothing that was started outlives `stop()`.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { descendantsMarked, extensionHostsMarked, killMarked, MARK } from './processes.mjs';
import { ensureHarness } from './setup.mjs';
import { run } from './steps.mjs';

const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
  // Nothing outside this machine is asked, however a page may try.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Calm defaults: no network, no start page, nothing that moves by itself. Tests override them by `settings`. */
const QUIET_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'remote.autoForwardPorts': false,
  'security.workspace.trust.untrustedFiles': 'open',
  'npm.fetchOnlinePackageInfo': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'js/ts.disableAutomaticTypeAcquisition': true,
};

/**
 * @typedef {object} HarnessOptions
 * @property {string} [extensionPath] absolute path of the built extension's folder. It is installed by a link, so that VS Code
 *   behaves as for a person; under development (and under test) VS Code shows no notification toasts, among others
 * @property {boolean} [development] load extensionPath as under development: what extensionTestsPath needs
 * @property {string} [vsix] absolute path of a packaged extension, installed instead
 * @property {string} workspace absolute path of the folder (or .code-workspace file) that windows open by default
 * @property {boolean} [trust] true: with workspace trust, as a person has it; default: off, everything is trusted
 * @property {Record<string, unknown>} [settings] machine settings: what a remote window reads settings of machine scope from
 * @property {Record<string, unknown>} [userSettings] the person's own settings, added to quiet defaults
 * @property {string} [serverDataDir] kept after stop() when given: for tests of restarts; default: a temporary folder
 * @property {number} [port] 0 or none: a free one
 * @property {Record<string, string>} [env] added to the environment of the server and the extension hosts
 * @property {boolean} [headed] true: no browser is started; a person opens the address
 *
 * @typedef {object} WindowOptions
 * @property {string} [workspace] another folder than the harness's
 * @property {string} [extensionTestsPath] module with `run()` that is loaded in the extension host
 * @property {boolean} [freshProfile] a browser profile of its own (no state shared with the other windows)
 * @property {{ width: number, height: number }} [viewport]
 * @property {(page: import('playwright-core').Page) => Promise<void>} [prepare] called before the page loads
 */

/**
 * @param {HarnessOptions} options
 */
export async function startHarness(options) {
  const harness = await ensureHarness();
  const mark = `prodlens-${randomUUID()}`;
  const temporary = options.serverDataDir === undefined;
  // A short path: unix sockets in it may not exceed 107 bytes.
  const serverDataDir = options.serverDataDir ?? (await mkdtemp(path.join(tmpdir(), 'pl-')));
  await writeSettings(serverDataDir, 'Machine', options.settings ?? {});
  // Written before the start also when nothing is in it: VS Code doesn't see a settings file that appears later.
  await writeSettings(serverDataDir, 'User', { ...QUIET_SETTINGS, ...options.userSettings });

  const env = {
    ...cleanEnvironment(),
    // code-server's way to say that there is no extension gallery: no request leaves the machine.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...options.env,
    [MARK]: mark,
  };
  const killNow = () => killMarked(mark);
  process.once('exit', killNow);
  let browser;
  const stop = async () => {
    try {
      await browser?.close();
    } finally {
      await endServer(mark);
      process.removeListener('exit', killNow);
      if (temporary) await rm(serverDataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  };

  try {
    const data = ['--server-data-dir', serverDataDir, '--accept-server-license-terms'];
    if (options.vsix !== undefined) {
      const installed = await run(
        harness.nodePath,
        [harness.serverMain, ...data, '--install-extension', options.vsix, '--force'],
        { env, allowFailure: true, timeoutMs: 120_000 },
      );
      if (installed.code !== 0 || !/successfully installed/i.test(installed.output)) {
        throw new Error(`VS Code did not install ${options.vsix}:\n${installed.output}`);
      }
    } else if (options.extensionPath !== undefined && !options.development) {
      await linkExtension(options.extensionPath, path.join(serverDataDir, 'extensions'));
    }
    const port = await startServer(harness, env, [
      '--host',
      '127.0.0.1',
      '--port',
      String(options.port ?? 0),
      '--without-connection-token',
      ...data,
      // Without the driver, a built VS Code ignores extensionDevelopmentPath.
      ...(options.development ? ['--enable-smoke-test-driver'] : []),
      ...(options.trust === true ? [] : ['--disable-workspace-trust']),
    ]);
    const authority = `127.0.0.1:${port}`;
    /** The address of a window, also for a person's own browser. */
    const address = (window = {}) => {
      const payload = [];
      const remote = (file) => `vscode-remote://${authority}${encodeURI(file)}`;
      if (options.development && options.extensionPath !== undefined) {
        payload.push(['extensionDevelopmentPath', remote(options.extensionPath)]);
      }
      if (window.extensionTestsPath !== undefined) {
        payload.push(['extensionTestsPath', remote(window.extensionTestsPath)]);
      }
      const target = window.workspace ?? options.workspace;
      const kind = target.endsWith('.code-workspace') ? 'workspace' : 'folder';
      const query = `?${kind}=${encodeURI(target)}`;
      return `http://${authority}/${query}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    };
    let shared;
    /** @param {WindowOptions} [window] */
    const openPage = async (window = {}) => {
      browser ??= await chromium.launch({
        executablePath: harness.chromiumPath,
        args: BROWSER_ARGS,
        env,
      });
      const newContext = () =>
        browser.newContext({
          viewport: window.viewport ?? { width: 1400, height: 900 },
          permissions: ['clipboard-read', 'clipboard-write'],
        });
      const context = window.freshProfile ? await newContext() : (shared ??= await newContext());
      const page = await context.newPage();
      if (window.viewport !== undefined) await page.setViewportSize(window.viewport);
      await window.prepare?.(page);
      await page.goto(address(window));
      return page;
    };
    return {
      url: address(),
      workspace: options.workspace,
      address,
      port,
      serverDataDir,
      vscodeVersion: harness.vscodeVersion,
      openPage,
      /** Process ids of the extension hosts that live now, oldest first. */
      extensionHostPids: () => extensionHostsMarked(mark),
      /** Every process id that belongs to this harness: for leak checks. */
      processIds: () => descendantsMarked(mark),
      /** The newest log files of the server and the extension hosts are under this folder. */
      logsDir: path.join(serverDataDir, 'data', 'logs'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} serverDataDir
 * @param {'Machine' | 'User'} scope
 * @param {Record<string, unknown>} settings
 */
async function writeSettings(serverDataDir, scope, settings) {
  const folder = path.join(serverDataDir, 'data', scope);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
}

/** VS Code takes every folder it finds here for an installed extension, when it starts without a list of them. */
async function linkExtension(extensionPath, extensionsDir) {
  const { publisher, name, version } = JSON.parse(
    await readFile(path.join(extensionPath, 'package.json'), 'utf8'),
  );
  const link = path.join(extensionsDir, `${publisher}.${name}-${version}`);
  await mkdir(extensionsDir, { recursive: true });
  await rm(link, { force: true });
  await symlink(extensionPath, link, 'dir');
}

/** The environment without what would make VS Code or Node behave differently when started from inside an editor or a test. */
function cleanEnvironment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/.test(name)) delete env[name];
  }
  return env;
}

/** Starts the server and resolves with its port. */
function startServer(harness, env, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(harness.nodePath, [harness.serverMain, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const read = (chunk) => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
      const listening = /Extension host agent listening on (\d+)/.exec(output);
      if (!listening) return;
      // From here on the server may outlive our interest: the caller's own work keeps the script alive.
      for (const stream of [child, child.stdout, child.stderr]) stream.unref();
      resolve(Number(listening[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`the VS Code server ended at start (code ${code}):\n${output}`)),
    );
  });
}

/** SIGTERM to all, wait for them, SIGKILL to those that are left. */
async function endServer(mark) {
  killMarked(mark, 'SIGTERM');
  const deadline = performance.now() + 5_000;
  while (descendantsMarked(mark).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (performance.now() > deadline) killMarked(mark, 'SIGKILL');
  }
}
