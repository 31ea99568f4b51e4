// Opens VS Code for a person: the installed `code`, else one that @vscode/test-electron can download, else the headless harness,
// whose address is printed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from '../scripts/harness/steps.mjs';

/** @returns {Promise<{ closed: Promise<unknown> }>} */
export async function openVsCode({ root, repository, settings, folder, stops }) {
  const program = findOnPath('code') ?? (await downloaded());
  if (program === undefined) return openHarness({ root, repository, settings, stops });
  const data = path.join(folder, 'vscode');
  mkdirSync(path.join(data, 'User'), { recursive: true });
  writeFileSync(path.join(data, 'User/settings.json'), JSON.stringify(settings, null, 2));
  console.log(`opening ${program}`);
  const child = spawn(
    program,
    [
      '--new-window',
      '--wait',
      '--disable-workspace-trust',
      `--user-data-dir=${data}`,
      `--extensions-dir=${path.join(data, 'extensions')}`,
      `--extensionDevelopmentPath=${root}`,
      repository,
    ],
    { stdio: 'ignore' },
  );
  stops.push(() => child.exitCode === null && child.kill());
  return { closed: once(child, 'exit') };
}

async function downloaded() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return undefined;
  }
  try {
    const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
    return await downloadAndUnzipVSCode();
  } catch (error) {
    console.log(`VS Code can't be downloaded (${error.message}); using the headless one`);
    return undefined;
  }
}

async function openHarness({ root, repository, settings, stops }) {
  const { startHarness } = await import('../scripts/harness/start.mjs');
  const harness = await startHarness({
    extensionPath: root,
    workspace: repository,
    settings,
    headed: true,
  });
  stops.push(() => harness.stop());
  console.log(`\nVS Code: ${harness.url}`);
  return { closed: new Promise(() => undefined) };
}
