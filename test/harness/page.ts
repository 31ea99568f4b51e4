/**
 * Drives a window of a real VS Code through its page, as a person would: what these classes return is what was on the screen.
 * Every waiting is for something to appear, never for time to pass. Used by the page tests, the trust suite and the demo.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { FrameLocator, Page } from 'playwright-core';

import { startHarness } from '../../scripts/harness/start.mjs';
import type { Harness, HarnessOptions, WindowOptions } from './harnessTypes.ts';
import { Editor } from './editor.ts';
import { ModalDialog, Notifications } from './messages.ts';
import { QuickInput } from './quickInput.ts';
import { waitUntil } from './waiting.ts';

export type { Harness, HarnessOptions, WindowOptions } from './harnessTypes.ts';
export { waitUntil } from './waiting.ts';

/** Folder of the project: tests are bundled, so it can't be found from the place of this file. */
export function projectRoot(): string {
  return process.env['PRODLENS_ROOT'] ?? process.cwd();
}

/**
 * Starts VS Code with Prodlens: built from the sources here, or the packaged extension that PRODLENS_VSIX names.
 *
 * @throws when the harness can't be had on this machine (the message names what is missing)
 */
export async function startProdlens(options: HarnessOptions): Promise<Harness> {
  const vsix = process.env['PRODLENS_VSIX'];
  const extension =
    vsix === undefined ? { extensionPath: projectRoot() } : { vsix: path.resolve(vsix) };
  return startHarness({ ...extension, ...options });
}

/** Longer than VS Code gives extensions to deactivate. */
const ORDERLY_CLOSE_MS = 10_000;

/** The four kinds of themes of VS Code; its own default theme of each kind is used. */
export type ThemeKind = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

const THEMES: Record<ThemeKind, { name: string; cssClass: string }> = {
  light: { name: 'Light Modern', cssClass: 'vs' },
  dark: { name: 'Dark Modern', cssClass: 'vs-dark' },
  highContrast: { name: 'Default High Contrast', cssClass: 'hc-black' },
  highContrastLight: { name: 'Default High Contrast Light', cssClass: 'hc-light' },
};

/** Windows of one harness are opened one after the other, so that each is known by the extension host that it brought. */
const opening = new WeakMap<Harness, Promise<unknown>>();

/**
 * The windows that tests of this process have opened and not closed. Kept globally: each test file is bundled with a copy of
 * this module of its own.
 */
export function openWindows(): Set<VsCodeWindow> {
  const shared = globalThis as { prodlensTestWindows?: Set<VsCodeWindow> };
  return (shared.prodlensTestWindows ??= new Set());
}

/** One window of VS Code. */
export class VsCodeWindow {
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly dialog: ModalDialog;
  readonly notifications: Notifications;
  readonly #harness: Harness;
  readonly #folder: string;
  #extensionHostPid: number;

  private constructor(page: Page, harness: Harness, folder: string, extensionHostPid: number) {
    this.page = page;
    this.#harness = harness;
    this.#folder = folder;
    this.#extensionHostPid = extensionHostPid;
    this.quickInput = new QuickInput(page);
    this.dialog = new ModalDialog(page);
    this.notifications = new Notifications(page);
  }

  /** Opens a window on the harness's workspace (or another) and waits until its workbench and extension host are up. */
  static async open(harness: Harness, options: WindowOptions = {}): Promise<VsCodeWindow> {
    const previous = opening.get(harness) ?? Promise.resolve();
    const turn = previous.then(() => VsCodeWindow.#openNow(harness, options));
    opening.set(
      harness,
      turn.catch(() => undefined),
    );
    return turn;
  }

  static async #openNow(harness: Harness, options: WindowOptions): Promise<VsCodeWindow> {
    const before = new Set(harness.extensionHostPids());
    const page = await harness.openPage(options);
    const pid = await startedExtensionHost(page, harness, before);
    const window = new VsCodeWindow(page, harness, options.workspace ?? harness.workspace, pid);
    openWindows().add(window);
    page.once('close', () => openWindows().delete(window));
    return window;
  }

  /** Folder of the logs of the server and of all extension hosts of this harness. */
  get logsDir(): string {
    return this.#harness.logsDir;
  }

  /** The process that runs the extensions of this window. */
  get extensionHostPid(): number {
    return this.#extensionHostPid;
  }

  /**
   * `kill -9` of this window's extension host: what a crash looks like to the other windows. VS Code starts another one for
   * this window by itself; `restartedExtensionHost` waits for it.
   */
  killExtensionHost(): void {
    process.kill(this.#extensionHostPid, 'SIGKILL');
  }

  /** After `killExtensionHost`: waits for the one that VS Code starts in its place, with no other window opened meanwhile. */
  async restartedExtensionHost(known: readonly number[]): Promise<number> {
    this.#extensionHostPid = await newExtensionHost(this.#harness, new Set(known));
    return this.#extensionHostPid;
  }

  /** Reloads the window, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    const before = new Set(this.#harness.extensionHostPids());
    await this.page.reload();
    this.#extensionHostPid = await startedExtensionHost(this.page, this.#harness, before);
  }

  /** Closes the window in the orderly way and waits until its extension host has ended. */
  async close(): Promise<void> {
    const pid = this.#extensionHostPid;
    // Leaving the page runs VS Code's shutdown, which ends the extension host; a page closed at once would leave it waiting.
    await this.page.goto('about:blank');
    const ended = (): boolean => !this.#harness.extensionHostPids().includes(pid);
    await waitUntil('the extension host to end', ended, ORDERLY_CLOSE_MS).catch(() => {
      // One that was still starting when the page left was never told: VS Code would keep it for a reconnection.
      if (!ended()) process.kill(pid, 'SIGKILL');
    });
    await waitUntil('the extension host to end', ended);
    await this.page.close();
  }

  /** Runs a command by its palette title, for example "Prodlens: Open Traces". Rejects when the palette doesn't list it. */
  async runCommand(title: string): Promise<void> {
    await this.quickInput.openWith('F1', `>${title}`);
    await this.quickInput.acceptExactly(title);
  }

  /** Titles that the command palette offers for a text: to see which commands are available. */
  async commandsListed(text: string): Promise<string[]> {
    await this.quickInput.openWith('F1', `>${text}`);
    const items = await this.quickInput.items();
    await this.quickInput.cancel();
    return items.map((item) => item.label);
  }

  /**
   * Opens a file of the workspace and returns its editor once its text is there.
   *
   * @param file relative to the workspace, or absolute
   * @param line 1-based; puts the cursor there and scrolls to it
   */
  async openFile(file: string, line?: number): Promise<Editor> {
    const absolute = path.resolve(this.#folder, file);
    await this.quickInput.openWith(
      'Control+P',
      line === undefined ? absolute : `${absolute}:${line}`,
    );
    await this.quickInput.acceptExactly(path.basename(absolute));
    const editor = new Editor(this.page, absolute);
    await editor.waitForText();
    return editor;
  }

  /** The editor of a file that is open already. */
  editor(file: string): Editor {
    return new Editor(this.page, path.resolve(this.#folder, file));
  }

  /** Texts of the status-bar items that are shown, left to right, with the text read to a screen reader. */
  async statusBar(): Promise<{ id: string; text: string; label: string }[]> {
    return this.page.locator('.statusbar-item:visible').evaluateAll((elements) =>
      elements.map((element) => ({
        id: element.id,
        text: element.textContent.trim(),
        label: element.getAttribute('aria-label') ?? '',
      })),
    );
  }

  /** Waits until the text of a status-bar item matches and returns it. */
  async waitForStatus(pattern: RegExp, timeoutMs?: number): Promise<string> {
    return waitUntil(
      `a status-bar item like ${String(pattern)}`,
      async () => (await this.statusBar()).find((item) => pattern.test(item.text))?.text,
      timeoutMs,
      async () => (await this.statusBar()).map(({ text }) => text),
    );
  }

  /** Clicks the status-bar item whose text matches. */
  async clickStatus(pattern: RegExp): Promise<void> {
    await this.page.locator('.statusbar-item').filter({ hasText: pattern }).first().click();
  }

  /** True while VS Code says that this workspace isn't trusted (only with `trust: true`). */
  async isRestricted(): Promise<boolean> {
    return (await this.statusBar()).some(({ text }) => text.includes('Restricted Mode'));
  }

  /** Trusts the workspace, as a person does from the status bar. */
  async trustWorkspace(): Promise<void> {
    await this.clickStatus(/Restricted Mode/);
    const editor = this.page.locator('.workspace-trust-editor');
    await editor.getByRole('button', { name: 'Trust', exact: true }).click();
    await waitUntil('the workspace to be trusted', async () => !(await this.isRestricted()));
  }

  /**
   * The content of the webview that is shown (a frame within a frame).
   *
   * @param ready a selector that the webview's own document must have before it is returned
   */
  async webview(ready = 'body'): Promise<FrameLocator> {
    // A page behind another one may leave its frames undrawn.
    await this.page.bringToFront();
    const frame = this.page
      .locator('iframe.webview.ready:visible')
      .last()
      .contentFrame()
      .locator('#active-frame')
      .contentFrame();
    await frame
      .locator(ready)
      .first()
      .waitFor({ state: 'attached' })
      .catch(async (error: unknown) => {
        const body = await frame
          .locator('body')
          .innerText({ timeout: 1_000 })
          .catch(() => 'no webview in front');
        const seen = `${body.slice(0, 1_000)}; tabs: ${(await this.tabs()).join(', ')}`;
        throw new Error(`waited for ${ready} in a webview; seen: ${seen}`, { cause: error });
      });
    return frame;
  }

  /** Titles of the open editors' tabs. */
  async tabs(): Promise<string[]> {
    return this.page
      .locator('.tabs-container .tab')
      .evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute('aria-label') ?? ''));
  }

  /** What the Problems view lists, one string per row (opens the view). */
  async problems(): Promise<string[]> {
    await this.page.locator('[id="status.problems"] a').click();
    const rows = this.page.locator('.markers-panel-container .monaco-list-row');
    await this.page.locator('.markers-panel-container').waitFor();
    return (await rows.allTextContents()).map((text) => text.trim());
  }

  /** Sets VS Code's default theme of a kind and waits until the workbench wears it. Counts for all windows of the harness. */
  async setTheme(kind: ThemeKind): Promise<void> {
    const { name, cssClass } = THEMES[kind];
    await updateSettings(this.#harness, {
      'workbench.colorTheme': name,
      'window.autoDetectColorScheme': false,
    });
    await this.page.locator(`.monaco-workbench.${cssClass}`).waitFor();
  }

  /** Writes a PNG of the whole window; makes the folder. */
  async screenshot(file: string): Promise<void> {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled' });
  }
}

/**
 * Changes machine settings while VS Code runs; `undefined` removes one. (The person's own settings can't be changed from outside
 * in this VS Code: it reads their file at start only.)
 */
export async function updateSettings(
  harness: Harness,
  changes: Record<string, unknown>,
): Promise<void> {
  const file = path.join(harness.serverDataDir, 'data', 'Machine', 'settings.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...settings, ...changes }, undefined, 2));
}

/** Waits for the workbench and for an extension host that wasn't there before. */
async function startedExtensionHost(
  page: Page,
  harness: Harness,
  before: ReadonlySet<number>,
): Promise<number> {
  await page.locator('.monaco-workbench').waitFor();
  return newExtensionHost(harness, before);
}

async function newExtensionHost(harness: Harness, before: ReadonlySet<number>): Promise<number> {
  // Seen several times in a row: a program that a killed host was about to start looks like one until it has started.
  let candidate: number | undefined;
  let seen = 0;
  return waitUntil('the extension host of the window', () => {
    const newest = harness.extensionHostPids().findLast((pid) => !before.has(pid));
    seen = newest !== undefined && newest === candidate ? seen + 1 : 0;
    candidate = newest;
    return seen >= 3 ? newest : undefined;
  });
}
