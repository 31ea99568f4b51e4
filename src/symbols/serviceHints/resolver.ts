import type { ServiceKey } from '../../domain/service.ts';
import type { FileServices } from '../../domain/workspace.ts';
import type { HintFacts, NameHint } from './hints.ts';

/** A person's rule in prodlens.json. */
export interface ServiceRule {
  /** Absolute folder. */
  readonly folder: string;
  readonly service: string;
}

export interface ServiceResolverInput {
  readonly hints: readonly HintFacts[];
  /** Services that the telemetry has. */
  readonly seen: readonly ServiceKey[];
  readonly rules: readonly ServiceRule[];
}

/** Which service runs a file: prodlens.json, then what the repository says, compared with the services seen. */
export function createServiceResolver(input: ServiceResolverInput): (path: string) => FileServices {
  const { seen } = input;
  const rules = [...input.rules].sort((a, b) => b.folder.length - a.folder.length);
  const names = input.hints.flatMap((h) => h.names);
  const programs = [
    ...new Set(input.hints.flatMap((h) => (h.program === undefined ? [] : [h.program]))),
  ];
  const memo = new Map<string, FileServices>();

  const resolve = (folder: string): FileServices => {
    const rule = rules.find((r) => isInside(folder, r.folder));
    if (rule !== undefined) return fromRule(rule, seen);
    if (seen.length === 0) return none('no telemetry of any service was seen yet');
    const program = nearestOf(programs, folder);
    const compared: NameHint[] = [];
    for (const hint of orderedHints(names, folder, program)) {
      if (seen.some((s) => namesService(hint.name, s)))
        return found(sameLevel(names, folder, hint, seen));
      compared.push(hint);
    }
    const byFolder = folderNamed(folder, seen);
    if (byFolder !== undefined)
      return {
        services: [
          { service: byFolder, explanation: `the folder is called like the service ${byFolder}` },
        ],
        explanation: `the folder is called like the service ${byFolder}`,
      };
    const [only] = seen;
    if (seen.length === 1 && only !== undefined && programs.length <= 1) {
      const explanation = `${only} is the only service seen, and the workspace holds one program`;
      return { services: [{ service: only, explanation }], explanation };
    }
    return none(comparison(compared, seen));
  };
  return (path) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    let known = memo.get(folder);
    if (known === undefined) memo.set(folder, (known = resolve(folder)));
    return known;
  };
}

/** Hints that cover the folder, nearest first, telemetry names before package names; package names only of the file's own program. */
function orderedHints(
  names: readonly NameHint[],
  folder: string,
  program: string | undefined,
): NameHint[] {
  return names
    .filter(
      (hint) =>
        covers(hint, folder) &&
        (hint.strength === 'telemetry' ||
          program === undefined ||
          hint.covers.startsWith('*/') ||
          isInside(hint.covers, program)),
    )
    .sort(
      (a, b) =>
        b.covers.length - a.covers.length ||
        Number(b.strength === 'telemetry') - Number(a.strength === 'telemetry'),
    );
}

/** Several programs built from one folder: the file runs in each of them. */
function sameLevel(
  names: readonly NameHint[],
  folder: string,
  wanted: NameHint,
  seen: readonly ServiceKey[],
): { service: ServiceKey; hint: NameHint }[] {
  const result = new Map<ServiceKey, NameHint>();
  for (const hint of names) {
    if (hint.covers !== wanted.covers || hint.strength !== wanted.strength || !covers(hint, folder))
      continue;
    for (const service of seen)
      if (namesService(hint.name, service) && !result.has(service)) result.set(service, hint);
  }
  return [...result].map(([service, hint]) => ({ service, hint }));
}

const found = (list: readonly { service: ServiceKey; hint: NameHint }[]): FileServices => {
  const services = list.map(({ service, hint }) => ({
    service,
    explanation: `${hint.source} says "${hint.name}"`,
  }));
  return { services, explanation: services.map((s) => s.explanation).join('; ') };
};

function fromRule(rule: ServiceRule, seen: readonly ServiceKey[]): FileServices {
  const service = seen.find((s) => namesService(rule.service, s)) ?? (rule.service as ServiceKey);
  const explanation = `prodlens.json assigns this folder to ${rule.service}`;
  return { services: [{ service, explanation }], explanation };
}

const none = (explanation: string): FileServices => ({ services: [], explanation });

function comparison(compared: readonly NameHint[], seen: readonly ServiceKey[]): string {
  const services = seen.slice(0, 10).join(', ');
  if (compared.length === 0)
    return `nothing in the repository names this file’s service; services seen: ${services}`;
  const said = [...new Set(compared.slice(0, 6).map((h) => `"${h.name}" (${h.source})`))].join(
    ', ',
  );
  return `the repository says ${said}; services seen: ${services}`;
}

/** Without case, scope (`@org/`), namespace, and with `_`, `-` and `.` alike. */
function namesService(name: string, service: ServiceKey): boolean {
  const bare = (text: string): string =>
    text
      .toLowerCase()
      .replace(/^@[^/]+\//, '')
      .replace(/[_.]/g, '-');
  const full = bare(service);
  const wanted = bare(name);
  return wanted === full || wanted === full.slice(full.lastIndexOf('/') + 1);
}

/** Innermost folder on the path that is called like a service. */
function folderNamed(folder: string, seen: readonly ServiceKey[]): ServiceKey | undefined {
  for (const part of folder.split('/').reverse()) {
    const service = part.length < 2 ? undefined : seen.find((s) => namesService(part, s));
    if (service !== undefined) return service;
  }
  return undefined;
}

// A star stands for any folder of that name.
const covers = (hint: NameHint, folder: string): boolean =>
  hint.covers.startsWith('*/')
    ? folder.split('/').includes(hint.covers.slice(2))
    : isInside(folder, hint.covers);

const nearestOf = (folders: readonly string[], folder: string): string | undefined =>
  folders.filter((f) => isInside(folder, f)).sort((a, b) => b.length - a.length)[0];

const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
