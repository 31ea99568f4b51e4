import { milliseconds } from '../../src/domain/units.ts';
import { compareReleases } from '../../src/releases/compareReleases.ts';
import type { BackendPorts } from '../../src/telemetry/backend.ts';

/** What a source is given that is asked by hand: nothing is due by itself, and each question brings what is new. */
export const sourcePorts = (more: Partial<BackendPorts> = {}): BackendPorts => ({
  now: () => Date.now(),
  after: () => ({ dispose: () => undefined }),
  operation: () => undefined,
  refreshEvery: () => milliseconds(1),
  focused: () => true,
  compare: compareReleases,
  ...more,
});
