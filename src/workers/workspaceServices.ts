import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeProdlensJson } from '../config/prodlensJson.ts';
import { objectivesOfFile, type Objective } from '../domain/objective.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { AttributionOverride, FileServices, FolderTargets } from '../domain/workspace.ts';
import type { ConfigProblem, RepositoryRules } from '../symbols/contract.ts';
import type { WorkspacePlace } from '../symbols/index/workspaceIndex.ts';
import { isHintFile, readHint, type HintFacts } from '../symbols/serviceHints/hints.ts';
import { createServiceResolver, type ServiceRule } from '../symbols/serviceHints/resolver.ts';

/** What the repository itself says of its services, and a person in prodlens.json. */
export interface WorkspaceServices {
  readonly overrides: readonly AttributionOverride[];
  readonly problems: readonly ConfigProblem[];
  readonly hints: readonly HintFacts[];
  readonly rules: RepositoryRules;
  /** The closest first. */
  objectivesOf(place: WorkspacePlace): readonly Objective[];
  /** The answer for files, given the services that have telemetry. */
  resolver(seen: readonly ServiceKey[]): (file: string) => FileServices;
}

/** Where hints may not be read: an untrusted workspace. */
export const noWorkspaceServices: WorkspaceServices = {
  overrides: [],
  problems: [],
  hints: [],
  rules: {},
  objectivesOf: () => [],
  resolver: () => () => ({
    services: [],
    explanation: 'the workspace is not trusted, so nothing in it is read that names services',
  }),
};

const configName = 'prodlens.json';
const largestHint = 1024 * 1024;
const mostServices = 200;

/** Files that tell services apart: repository hints, and prodlens.json of a workspace folder. */
export const isHint = (relativePath: string): boolean =>
  relativePath === configName || isHintFile(relativePath);

/** Reads hints and prodlens.json from disk, with turns for others between the files; their order says nothing. */
export async function readWorkspaceServices(
  files: Iterable<string>,
  placeOf: (file: string) => WorkspacePlace | undefined,
): Promise<WorkspaceServices> {
  const overrides: AttributionOverride[] = [];
  const problems: ConfigProblem[] = [];
  const hints: HintFacts[] = [];
  const folders: ServiceRule[] = [];
  const objectives = new Map<string, readonly Objective[]>();
  const targets: FolderTargets[] = [];
  let versionCommit: string | undefined;
  for (const file of [...files].sort()) {
    const place = placeOf(file);
    const text = place === undefined ? undefined : await textOf(file);
    if (place === undefined || text === undefined) continue;
    if (place.relativePath === configName) {
      const { value, problems: found } = decodeProdlensJson(text);
      overrides.push(...value.attributions);
      problems.push(...found.map((problem) => ({ path: file, ...problem })));
      versionCommit ??= value.versionCommit;
      objectives.set(place.folder, value.objectives);
      if (value.targets.length > 0) targets.push({ folder: place.folder, names: value.targets });
      for (const { folder, service } of value.services)
        folders.push({ folder: path.join(place.folder, folder).replace(/[/\\]$/, ''), service });
    } else hints.push(readHint({ ...place, text }));
    await nextTurn();
  }
  const names = hints.flatMap((hint) => hint.names);
  const services = [
    ...new Set([
      ...folders.map(({ service }) => service),
      ...names.filter(({ strength }) => strength === 'telemetry').map(({ name }) => name),
      ...names.map(({ name }) => name),
    ]),
  ].slice(0, mostServices);
  return {
    overrides,
    problems,
    hints,
    rules: {
      ...(versionCommit === undefined ? {} : { versionCommit }),
      ...(targets.length === 0 ? {} : { targets }),
      ...(services.length === 0 ? {} : { services }),
    },
    objectivesOf: ({ folder, relativePath }) =>
      objectivesOfFile(objectives.get(folder) ?? [], relativePath),
    resolver: (seen) => createServiceResolver({ hints, seen, rules: folders }),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(file);
    return bytes.length > largestHint ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}
