import type { FolderTargets } from '../domain/workspace.ts';
import type { DeployTarget } from './ports.ts';

const isInside = (folder: string, file: string): boolean =>
  file.startsWith(folder) && /^[\\/]/.test(file.slice(folder.length));

/** The targets that prodlens.json names for a file come first, in its order; none is added, none left out. */
export function inOrderOfChoice(
  targets: readonly DeployTarget[],
  folders: readonly FolderTargets[],
  file: string | undefined,
): readonly DeployTarget[] {
  const names = folders
    .filter(({ folder }) => file === undefined || isInside(folder, file))
    .flatMap((entry) => entry.names);
  const rank = ({ name }: DeployTarget): number => {
    const at = names.indexOf(name);
    return at < 0 ? names.length : at;
  };
  return [...targets].sort((a, b) => rank(a) - rank(b));
}
