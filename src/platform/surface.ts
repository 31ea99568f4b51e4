import type * as vscode from 'vscode';
import type { Settings } from '../config/settings.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What every surface of the editor gets (annotations, hover, CodeLens, status bar). Surfaces see services, never an adapter. */
export interface SurfaceContext {
  readonly insights: InsightService;
  readonly settings: Settings;
  /** Already scoped to the surface. */
  readonly log: Log;
  readonly clock: Clock;
  readonly extensionUri: vscode.Uri;
}

/**
 * How a surface plugs in: `export const registerHover: RegisterSurface = (context) => …`, plus one line in composition.ts.
 * It is created in its own try/catch; what it returns is disposed with the extension.
 */
export type RegisterSurface = (context: SurfaceContext) => vscode.Disposable;
