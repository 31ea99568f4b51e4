/**
 * Which VS Code the in-host tests run in: an installed one or a downloaded one through @vscode/test-electron where a window can be
 * shown, else the headless harness. PRODLENS_TEST_VSCODE=electron|harness decides by hand.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

import { fetchStableVersions } from '@vscode/test-electron/out/download.js';

import { testCacheDir } from './harness/setup.mjs';

const PROBE_MS = 4_000;
const REMEMBER_MS = 24 * 3_600_000;

/**
 * @typedef {{ kind: 'harness', why: string } | { kind: 'electron', why: string, executable?: string }} Plan
 */

/** @returns {Promise<Plan>} with the reason, to be said aloud */
export async function planVsCode() {
  const wanted = process.env.PRODLENS_TEST_VSCODE;
  if (wanted === 'harness') return { kind: 'harness', why: 'PRODLENS_TEST_VSCODE asks for it' };
  const executable = installedVsCode();
  if (wanted === 'electron') {
    return { kind: 'electron', why: 'PRODLENS_TEST_VSCODE asks for it', executable };
  }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { kind: 'harness', why: 'this machine has no display' };
  }
  if (executable !== undefined) return { kind: 'electron', why: `found ${executable}`, executable };
  if (await canDownload()) return { kind: 'electron', why: 'VS Code can be downloaded' };
  return { kind: 'harness', why: 'VS Code can’t be downloaded from here' };
}

/** The program itself, not the `code` command line, which starts it and returns. */
function installedVsCode() {
  const places = {
    linux: [
      '/usr/share/code/code',
      '/opt/visual-studio-code/code',
      '/snap/code/current/usr/share/code/code',
    ],
    darwin: ['/Applications', path.join(homedir(), 'Applications')].flatMap((folder) => [
      path.join(folder, 'Visual Studio Code.app/Contents/MacOS/Code'),
      path.join(folder, 'Visual Studio Code.app/Contents/MacOS/Electron'),
    ]),
    win32: [process.env.LOCALAPPDATA, process.env.ProgramFiles].flatMap((folder) =>
      folder
        ? [
            path.join(folder, 'Programs/Microsoft VS Code/Code.exe'),
            path.join(folder, 'Microsoft VS Code/Code.exe'),
          ]
        : [],
    ),
  };
  return (places[process.platform] ?? []).find((place) => existsSync(place));
}

/** A short probe; that it failed is remembered for a day, so that tests offline don't wait for it each time. */
async function canDownload() {
  const memory = path.join(testCacheDir(), 'download-failed.json');
  const failedAt = await readFile(memory, 'utf8').then(
    (text) => Number(JSON.parse(text).at),
    () => 0,
  );
  if (Date.now() - failedAt < REMEMBER_MS) return false;
  try {
    await fetchStableVersions(true, PROBE_MS);
    return true;
  } catch {
    await mkdir(testCacheDir(), { recursive: true });
    await writeFile(memory, JSON.stringify({ at: Date.now() }));
    return false;
  }
}
