import * as vscode from 'vscode';
import { redact } from './redact.ts';

/** Where everything worth knowing later is written. Secrets are masked here, whatever a caller passes. */
export interface Log {
  trace(text: string): void;
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  /** `error`'s stack goes along. */
  error(text: string, error?: unknown): void;
  /** The same log, each line marked with its part of the product. */
  scoped(scope: string): Log;
}

export interface LogChannel extends Log {
  dispose(): void;
  show(): void;
}

/** The product's one output channel. */
export function createLog(): LogChannel {
  const channel = vscode.window.createOutputChannel('Prodlens', { log: true });
  const scoped = (prefix: string): Log => ({
    trace: (text) => {
      channel.trace(prefix + redact(text));
    },
    debug: (text) => {
      channel.debug(prefix + redact(text));
    },
    info: (text) => {
      channel.info(prefix + redact(text));
    },
    warn: (text) => {
      channel.warn(prefix + redact(text));
    },
    error: (text, error) => {
      channel.error(prefix + redact(error === undefined ? text : `${text}: ${describe(error)}`));
    },
    scoped: (scope) => scoped(`[${scope}] `),
  });
  return {
    ...scoped(''),
    show: () => {
      channel.show(true);
    },
    dispose: () => {
      channel.dispose();
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
