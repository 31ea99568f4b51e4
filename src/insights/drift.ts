import type { FunctionDecl } from '../domain/functionDecl.ts';
import type { Insight } from '../domain/insight.ts';
import type { FileView } from '../symbols/contract.ts';

/**
 * How a function differs from what runs. Nothing is said unless the source of every running release is known: the one that isn't could
 * be the one that has it.
 *
 * @param commits of the running releases
 */
export function driftAgainst(
  view: FileView,
  declaration: FunctionDecl,
  commits: readonly (string | undefined)[],
): Insight['drift'] {
  const [first] = commits;
  if (first === undefined) return undefined;
  const name = declaration.id.slice(declaration.id.indexOf('#') + 1);
  const states: readonly (string | undefined)[] = commits.map((commit) => {
    const known = view.drift?.find((d) => d.commit === commit);
    return known === undefined ? undefined : (known.functions[name] ?? 'same');
  });
  if ([undefined, 'same', 'elsewhere'].some((state) => states.includes(state))) return undefined;
  return states.every((state) => state === 'absent') ? 'notInRelease' : 'edited';
}

/** Last names of the functions that some release doesn't have in this file: they may be in another one there. */
export const namesNotThere = (view: FileView): readonly string[] => {
  const names = new Set<string>();
  for (const { functions } of view.drift ?? [])
    for (const [name, state] of Object.entries(functions))
      if (state !== 'edited' && /^[\p{L}_$][\p{L}\p{N}_$.~]*$/u.test(name))
        names.add(name.replace(/~\d+$/, '').replace(/^.*\./, ''));
  return [...names].sort();
};
