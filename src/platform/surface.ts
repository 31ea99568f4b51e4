import type * as vscode from 'vscode';
import type { Settings } from '../config/settings.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { StackFrame } from '../domain/stats.ts';
import type { InsightService } from '../insights/contract.ts';
import type { OperationGroup, PageLink } from '../telemetry/ports.ts';
import type { FrameLocation, FrameRelease, IndexProgress } from '../symbols/contract.ts';
import type { Clock } from './clock.ts';
import type { Disposable } from './disposables.ts';
import type { Log } from './log.ts';

/** What every surface of the editor gets (annotations, hover, CodeLens, status bar). Surfaces see services, never an adapter. */
export interface SurfaceContext {
  readonly insights: InsightService;
  readonly settings: Settings;
  /** Already scoped to the surface. */
  readonly log: Log;
  readonly clock: Clock;
  readonly extensionUri: vscode.Uri;
  /** A deploy target of the selected environment is for this service. */
  readonly canRollBack: (service: ServiceKey) => boolean;
  /** A page with the queries of a function's numbers, in the backend of the selected environment. */
  readonly linkTo: (group: OperationGroup) => PageLink | undefined;
  /** The index is being built, and takes long; null when it isn't any more. */
  readonly onIndexProgress: (listener: (progress: IndexProgress | null) => void) => Disposable;
  /** Where the first frame of each stack that is known in the workspace is now. */
  readonly locateFrames: (
    stacks: readonly (readonly StackFrame[])[],
    releases: readonly (FrameRelease | undefined)[],
    signal: AbortSignal,
  ) => Promise<readonly (FrameLocation | null)[]>;
}

/**
 * How a surface plugs in: `export const registerHover: RegisterSurface = (context) => …`, plus one line in composition/surfaces.ts.
 * It is created in its own try/catch; what it returns is disposed with the extension.
 */
export type RegisterSurface = (context: SurfaceContext) => vscode.Disposable;
