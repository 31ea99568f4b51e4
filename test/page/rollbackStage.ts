import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { VsCodeWindow } from '../harness/page.ts';

/** A deploy system in one file: what it runs is state.json; every call is a line of calls. `hold` stops `activate` until `go`. */
const deployTool = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
const [folder, verb, ...rest] = process.argv.slice(2);
const file = (name) => path.join(folder, name);
const read = () => JSON.parse(readFileSync(file('state.json'), 'utf8'));
appendFileSync(file('calls'), JSON.stringify([verb, ...rest]) + '\\n');
const { generation, current, releases } = read();
if (verb === 'list') console.log(JSON.stringify({ schema: 1, state: { generation, current },
  releases: releases.map((r) => ({ ...r, weight: r.id === current ? 1 : 0, current: r.id === current })) }));
if (verb === 'preview') console.log('would move all traffic to ' + rest[1]);
if (verb === 'activate') {
  const finish = () => {
    writeFileSync(file('state.json'), JSON.stringify({ generation: generation + 1, current: rest[0], releases }));
    console.log('moved to ' + rest[0] + ' because ' + process.env.PRODLENS_REASON);
  };
  if (!existsSync(file('hold'))) finish();
  else {
    appendFileSync(file('calls'), '["holding"]\\n');
    const timer = setInterval(() => {
      if (!existsSync(file('go'))) return;
      clearInterval(timer);
      finish();
    }, 20);
  }
}
`;

/** Every text of it is hostile: an icon, a link of a command, Markdown, a direction character. */
export const hostileVersion = '1.0.0 $(flame) [x](command:workbench.action.closeWindow) <b>\u202e';

export const targetName = 'shop-production';

/** The deploy system of the page test, in a folder outside the workspace. */
export class DeployStage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'pl-deploy-'));

  constructor() {
    writeFileSync(this.#file('deploy.mjs'), deployTool);
    this.reset();
  }

  #file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Release 2.0.0 runs; nobody has called; nothing is held. */
  reset(): void {
    for (const name of ['hold', 'go', 'calls']) rmSync(this.#file(name), { force: true });
    this.write({ generation: 1, current: 'r2' });
  }

  write(state: { readonly generation: number; readonly current: string }): void {
    const releases = [
      { id: 'r2', version: '2.0.0', createdAt: 3 },
      { id: 'r1', version: '1.0.0', createdAt: 2 },
      { id: 'r0', version: hostileVersion, createdAt: 1 },
    ];
    writeFileSync(this.#file('state.json'), JSON.stringify({ ...state, releases }));
  }

  hold(): void {
    writeFileSync(this.#file('hold'), '');
  }

  letGo(): void {
    writeFileSync(this.#file('go'), '');
  }

  get current(): string {
    return (JSON.parse(readFileSync(this.#file('state.json'), 'utf8')) as { current: string })
      .current;
  }

  /** Words of each call, in order. */
  calls(): readonly (readonly string[])[] {
    if (!existsSync(this.#file('calls'))) return [];
    return readFileSync(this.#file('calls'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as string[]);
  }

  count(verb: string): number {
    return this.calls().filter(([name]) => name === verb).length;
  }

  /** Value of prodlens.environments. */
  environments(more: Readonly<Record<string, unknown>> = {}): unknown {
    const tool = [process.execPath, this.#file('deploy.mjs'), this.folder];
    return [
      {
        name: 'local',
        production: true,
        targets: [
          {
            name: targetName,
            service: 'shop',
            provider: 'command',
            list: [...tool, 'list'],
            preview: [...tool, 'preview', '{from}', '{to}'],
            rollBack: [...tool, 'activate', '{to}', '{reason}'],
            ...more,
          },
        ],
      },
    ];
  }

  remove(): void {
    this.letGo();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A repository whose tags are the two releases. */
export function taggedRepository(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'pl-shop-'));
  const environment = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  const git = (...words: string[]): void => {
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=a@x', ...words], {
      env: environment,
    });
  };
  git('init', '--quiet');
  for (const [version, file] of [
    ['1.0.0', 'src/orders.js'],
    ['2.0.0', 'migrations/002_discounts.sql'],
  ] as const) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), 'function orders() {}\n');
    git('add', '--all');
    git('commit', '--quiet', '-m', `Work of ${version}`);
    git('tag', `v${version}`);
  }
  return folder;
}

export const title = 'Prodlens: Roll Back…';

/** From the palette to the question for the reason. */
export async function untilReason(window: VsCodeWindow, version: string | RegExp): Promise<void> {
  await window.runCommand(title);
  await window.quickInput.waitFor(/leave 2\.0\.0/);
  await window.quickInput.choose(version);
  await window.quickInput.waitFor(/Reason/);
}

/** From the question for the reason to the last modal, which it leaves open. */
export async function untilModal(window: VsCodeWindow, reason: string): Promise<void> {
  await window.quickInput.fill(reason);
  await window.quickInput.accept();
  await window.quickInput.waitFor(`Type ${targetName}`);
  await window.quickInput.fill(targetName);
  await window.quickInput.accept();
  await window.dialog.read();
}
