import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Harness, HarnessOptions, WindowOptions } from '../harness/harnessTypes.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** What is used here of test/harness/page.ts, which is checked with the types of a page. */
export interface Driver {
  readonly startProdlens: (options: HarnessOptions) => Promise<Harness>;
  readonly VsCodeWindow: {
    open(harness: Harness, options?: WindowOptions): Promise<Window>;
  };
  readonly waitUntil: (
    what: string,
    ask: () => Promise<boolean>,
    timeoutMs?: number,
    seen?: () => unknown,
  ) => Promise<unknown>;
}

export interface Window {
  readonly extensionHostPid: number;
  readonly page: { readonly keyboard: { press(key: string): Promise<void> } };
  readonly quickInput: {
    waitForMessage(pattern: RegExp): Promise<string>;
    waitFor(title: string | RegExp): Promise<void>;
    fill(text: string): Promise<void>;
    accept(): Promise<void>;
    cancel(): Promise<void>;
    closesWithin(timeoutMs: number): Promise<boolean>;
    choose(label: string | RegExp): Promise<void>;
    items(): Promise<readonly { readonly label: string; readonly separator: string }[]>;
  };
  readonly notifications: {
    waitFor(pattern: RegExp, timeoutMs?: number): Promise<{ readonly message: string }>;
  };
  runCommand(title: string): Promise<void>;
  tabs(): Promise<string[]>;
  openFile(file: string, line?: number): Promise<Editor>;
  reload(): Promise<void>;
  close(): Promise<void>;
  clickStatus(pattern: RegExp): Promise<void>;
  waitForStatus(pattern: RegExp, timeoutMs?: number): Promise<string>;
  statusBar(): Promise<readonly { readonly text: string; readonly label: string }[]>;
  setTheme(kind: 'light' | 'dark'): Promise<void>;
  screenshot(file: string): Promise<void>;
}

export interface Editor {
  focus(): Promise<void>;
  goToLine(line: number): Promise<void>;
  waitForLineEnd(line: number, pattern: RegExp, timeoutMs?: number): Promise<string>;
  lineEnds(): Promise<Map<number, unknown>>;
  hoverLineEnd(line: number): Promise<{ innerText(): Promise<string> }>;
}

export async function loadDriver(): Promise<Driver> {
  const file = path.join(root, 'scripts/harness/driver.mjs');
  const { loadDriver: load } = (await import(pathToFileURL(file).href)) as {
    readonly loadDriver: () => Promise<Driver>;
  };
  return load();
}

/** A copy of the demo's shop, in a folder of its own: to be removed. */
export async function copyOfShop(): Promise<string> {
  const workspace = await mkdtemp(path.join(tmpdir(), 'pl-shop-'));
  await cp(path.join(root, 'demo/shop'), workspace, { recursive: true });
  return workspace;
}
