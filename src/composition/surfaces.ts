import type * as vscode from 'vscode';
import type { Settings } from '../config/settings.ts';
import { windowLength } from '../domain/units.ts';
import type { InsightServiceHost } from '../insights/insightService.ts';
import type { Clock } from '../platform/clock.ts';
import { DisposableStore } from '../platform/disposables.ts';
import type { Environments } from '../platform/environments.ts';
import type { Log } from '../platform/log.ts';
import type { RegisterSurface } from '../platform/surface.ts';
import { registerCodeLens } from '../presentation/codeLens.ts';
import { registerDecorations } from '../presentation/decorations.ts';
import { registerHover } from '../presentation/hover.ts';
import { registerStatusBar } from '../presentation/statusBar.ts';
import type { Remote } from '../rpc/contract.ts';
import type { IndexContract } from '../symbols/contract.ts';
import type { PageLink } from '../telemetry/ports.ts';

/** Surfaces of the editor. Each is made by itself: one that fails is told in the log and doesn't take the others down. */
const surfaces: Readonly<Record<string, RegisterSurface>> = {
  annotations: registerDecorations,
  codeLens: registerCodeLens,
  hover: registerHover,
  statusBar: registerStatusBar,
};

interface SurfaceParts {
  readonly extensionUri: vscode.Uri;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly trusted: () => boolean;
  readonly index: Remote<IndexContract>;
  readonly environments: Environments;
  readonly insights: InsightServiceHost;
  /** The page, where it is one of the environments’ backends. */
  readonly shownPage: (page: PageLink | undefined) => PageLink | undefined;
}

export function composeSurfaces(parts: SurfaceParts): DisposableStore {
  const { clock, environments, extensionUri, index, insights, log, settings } = parts;
  const { shownPage, trusted } = parts;
  const owned = new DisposableStore();
  for (const [name, register] of Object.entries(surfaces))
    try {
      owned.add(
        register({
          insights,
          settings,
          log: log.scoped(name),
          clock,
          extensionUri,
          canRollBack: (service) =>
            trusted() && environments.targets().some((target) => target.service === service),
          linkTo: (group) =>
            shownPage(environments.metrics()?.linkTo?.(group, windowLength(environments.window()))),
          onIndexProgress: (listener) => index.on('progress', listener),
          locateFrames: (stacks, releases, signal) =>
            index.call('locateFrames', { stacks, releases, thorough: true }, { signal }),
        }),
      );
    } catch (error) {
      log.error(`${name} could not be made`, error);
    }
  return owned;
}
