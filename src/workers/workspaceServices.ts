import type { AttributionOverride, FileServices } from '../domain/workspace.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { WorkspacePlace } from '../symbols/index/workspaceIndex.ts';
import type { ConfigProblem } from '../symbols/contract.ts';

/** What the repository itself says of its services, and a person in prodlens.json. */
export interface WorkspaceServices {
  readonly overrides: readonly AttributionOverride[];
  readonly problems: readonly ConfigProblem[];
  servicesOf(path: string, seen: readonly ServiceKey[]): FileServices;
}

/** Before hints are read, and where they may not be. */
export const noWorkspaceServices: WorkspaceServices = {
  overrides: [],
  problems: [],
  servicesOf: () => ({ services: [], explanation: 'no repository hints were read' }),
};

/** Files that tell services apart. */
export const isHint = (relativePath: string): boolean =>
  /(?:^|\/)package\.json$/.test(relativePath);

/** Reads the hints of the workspace. */
export const readWorkspaceServices = async (
  _paths: readonly string[],
  _placeOf: (path: string) => WorkspacePlace | undefined,
): Promise<WorkspaceServices> => Promise.resolve(noWorkspaceServices);
