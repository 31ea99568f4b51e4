import type { Page } from 'playwright-core';

/** See scripts/harness/start.mjs, which implements it, for each option's meaning. */
export interface HarnessOptions {
  readonly extensionPath?: string;
  readonly vsix?: string;
  readonly development?: boolean;
  readonly workspace: string;
  readonly trust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly userSettings?: Readonly<Record<string, unknown>>;
  readonly serverDataDir?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface WindowOptions {
  readonly workspace?: string;
  readonly extensionTestsPath?: string;
  readonly freshProfile?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly prepare?: (page: Page) => Promise<void>;
}

/** A running VS Code server. `stop` ends every process that it brought. */
export interface Harness {
  readonly url: string;
  readonly port: number;
  readonly workspace: string;
  readonly serverDataDir: string;
  readonly logsDir: string;
  readonly vscodeVersion: string;
  address(options?: WindowOptions): string;
  openPage(options?: WindowOptions): Promise<Page>;
  extensionHostPids(): number[];
  processIds(): number[];
  stop(): Promise<void>;
}
