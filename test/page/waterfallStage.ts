/** The built waterfall in a plain Chromium, with the page that the extension makes and a stub of VS Code's side. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Browser, Page } from 'playwright-core';

import { waterfallPage } from '../../src/presentation/viewModels/waterfallPage.ts';
import type { FromWaterfall, ToWaterfall } from '../../src/webviews/protocol.ts';

export type StageTheme = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

/** Values of VS Code's default themes for the variables that the waterfall uses most. */
const themes: Record<StageTheme, { class: string; colors: Record<string, string> }> = {
  dark: {
    class: 'vscode-dark',
    colors: {
      'editor-background': '#1f1f1f',
      'editor-foreground': '#cccccc',
      descriptionForeground: '#9d9d9d',
      errorForeground: '#f85149',
      focusBorder: '#0078d4',
      'panel-border': '#2b2b2b',
      'editorWidget-border': '#454545',
      'input-background': '#313131',
      'input-foreground': '#cccccc',
      'input-border': '#3c3c3c',
      'input-placeholderForeground': '#989898',
      'button-background': '#0078d4',
      'button-foreground': '#ffffff',
      'list-hoverBackground': '#2a2d2e',
      'list-activeSelectionBackground': '#04395e',
      'textPreformat-foreground': '#d0d0d0',
      'textPreformat-background': '#3c3c3c',
      'list-activeSelectionForeground': '#ffffff',
      'list-inactiveSelectionBackground': '#37373d',
      'textLink-foreground': '#4daafc',
    },
  },
  light: {
    class: 'vscode-light',
    colors: {
      'editor-background': '#ffffff',
      'editor-foreground': '#3b3b3b',
      descriptionForeground: '#5f5f5f',
      errorForeground: '#d1242f',
      focusBorder: '#005fb8',
      'panel-border': '#e5e5e5',
      'editorWidget-border': '#c8c8c8',
      'input-background': '#ffffff',
      'input-foreground': '#3b3b3b',
      'input-border': '#cecece',
      'input-placeholderForeground': '#767676',
      'button-background': '#005fb8',
      'button-foreground': '#ffffff',
      'list-hoverBackground': '#f2f2f2',
      'list-activeSelectionBackground': '#e8e8e8',
      'textPreformat-foreground': '#3b3b3b',
      'textPreformat-background': '#0000001f',
      'list-activeSelectionForeground': '#000000',
      'list-inactiveSelectionBackground': '#e4e6f1',
      'textLink-foreground': '#005fb8',
      'editorWarning-foreground': '#bf8803',
    },
  },
  highContrast: {
    class: 'vscode-high-contrast',
    colors: {
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      descriptionForeground: '#ffffffb3',
      errorForeground: '#f48771',
      focusBorder: '#f38518',
      contrastBorder: '#6fc3df',
      'input-background': '#000000',
      'input-foreground': '#ffffff',
      'input-border': '#6fc3df',
      'button-background': '#000000',
      'button-foreground': '#ffffff',
      'button-border': '#6fc3df',
      'list-hoverBackground': '#ffffff1a',
      // No list.activeSelectionBackground and -Foreground: VS Code defines none here.
      'textPreformat-foreground': '#ffffff',
      'textPreformat-background': '#000000',
      'list-focusOutline': '#f38518',
      'textLink-foreground': '#21a6ff',
    },
  },
  highContrastLight: {
    class: 'vscode-high-contrast-light vscode-high-contrast',
    colors: {
      'editor-background': '#ffffff',
      'editor-foreground': '#292929',
      descriptionForeground: '#292929',
      errorForeground: '#b5200d',
      focusBorder: '#006bbd',
      contrastBorder: '#0f4a85',
      'input-background': '#ffffff',
      'input-foreground': '#292929',
      'input-border': '#0f4a85',
      'button-background': '#0f4a85',
      'button-foreground': '#ffffff',
      'list-hoverBackground': '#dff3ff',
      // No list.activeSelectionForeground: VS Code defines none here.
      'list-activeSelectionBackground': '#0f4a851a',
      'list-inactiveSelectionBackground': '#0f4a851a',
      'textPreformat-foreground': '#ffffff',
      'textPreformat-background': '#09345f',
      'list-focusOutline': '#006bbd',
      'textLink-foreground': '#0f4a85',
    },
  },
};

const origin = 'https://waterfall.invalid';

interface StageWindow {
  readonly stage: { sent: FromWaterfall[]; state: unknown; violations: string[] };
}

export class WaterfallStage {
  readonly page: Page;
  private constructor(page: Page) {
    this.page = page;
  }

  static async open(
    browser: Browser,
    theme: StageTheme = 'dark',
    size = { width: 1280, height: 720 },
  ): Promise<WaterfallStage> {
    const page = await browser.newPage({ viewport: size });
    const folder =
      process.env['PRODLENS_WEBVIEWS'] ??
      path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'dist/webviews');
    const html = waterfallPage({
      source: origin,
      script: `${origin}/waterfall.js`,
      style: `${origin}/waterfall.css`,
      nonce: '0123456789abcdef0123456789abcdef',
      title: 'Trace',
    });
    await page.route('**/*', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') await route.fulfill({ contentType: 'text/html', body: html });
      else if (pathname === '/waterfall.js' || pathname === '/waterfall.css')
        await route.fulfill({
          contentType: pathname.endsWith('css') ? 'text/css' : 'text/javascript',
          body: await readFile(path.join(folder, pathname)),
        });
      else await route.fulfill({ status: 404 });
    });
    await page.addInitScript(() => {
      const stage: StageWindow['stage'] = { sent: [], state: undefined, violations: [] };
      Object.assign(window, {
        stage,
        acquireVsCodeApi: () => ({
          postMessage: (message: FromWaterfall) => stage.sent.push(message),
          setState: (state: unknown) => (stage.state = state),
        }),
      });
      document.addEventListener('securitypolicyviolation', (event) =>
        stage.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await page.goto(`${origin}/`);
    await page.evaluate(() => {
      // Of VS Code's own style sheet for webviews.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        `code { color: var(--vscode-textPreformat-foreground);
          background-color: var(--vscode-textPreformat-background); }`,
      );
      document.adoptedStyleSheets = [sheet];
    });
    const stage = new WaterfallStage(page);
    await stage.setTheme(theme);
    return stage;
  }

  async setTheme(theme: StageTheme): Promise<void> {
    await this.page.evaluate(({ class: name, colors }) => {
      document.body.className = name;
      document.documentElement.removeAttribute('style');
      for (const [key, value] of Object.entries(colors))
        document.documentElement.style.setProperty(`--vscode-${key}`, value);
    }, themes[theme]);
  }

  async post(message: ToWaterfall): Promise<void> {
    // As unknown: Playwright's type of arguments can't follow attributes that nest without end.
    await this.page.evaluate(
      (data) => window.dispatchEvent(new MessageEvent('message', { data })),
      message as unknown,
    );
    await this.frame();
  }

  /** What was asked for so far is on the screen. */
  async frame(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
    await this.frame();
  }

  /** Names of the rows in sight, top to bottom. */
  async rows(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.row:not([hidden])')]
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((row) => row.querySelector('.name')?.textContent ?? ''),
    );
  }

  async selected(): Promise<string | undefined> {
    return this.page.evaluate(
      () => document.querySelector('.row.selected:not([hidden]) .name')?.textContent ?? undefined,
    );
  }

  async details(): Promise<string> {
    return this.page.locator('.details').innerText();
  }

  async sent(): Promise<FromWaterfall[]> {
    return this.page.evaluate(() => (window as unknown as StageWindow).stage.sent);
  }

  /** What was sent, once the view with this search was. */
  async viewsOf(query: string): Promise<FromWaterfall[]> {
    await this.page.waitForFunction((wanted) => {
      const { sent } = (window as unknown as StageWindow).stage;
      return sent.some((message) => message.type === 'view' && message.view.query === wanted);
    }, query);
    return this.sent();
  }

  async state(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as StageWindow).stage.state);
  }

  async violations(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as StageWindow).stage.violations);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
