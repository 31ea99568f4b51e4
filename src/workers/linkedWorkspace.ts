import type { RouteDecl, RouteTable } from '../domain/route.ts';
import type { FunctionDecl } from '../domain/functionDecl.ts';
import { callTableOf } from '../domain/callMatch.ts';
import { routeTableOf } from '../domain/routeMatch.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { FileServices, WorkspaceFacts } from '../domain/workspace.ts';
import { createAttributor, type Attributor } from '../attribution/attributor.ts';
import type { OpenDocument, Symbols } from '../symbols/buffer/openDocument.ts';
import { linkSteps, type IndexedFile } from '../symbols/frameworks/facts.ts';
import type { IndexedSource } from '../symbols/index/workspaceIndex.ts';
import type { FrameFiles } from '../symbols/frames/locateStack.ts';
import { PathIndex } from '../symbols/pathIndex.ts';
import { Turns } from '../domain/turns.ts';
import { SourceMaps } from '../symbols/sourceMaps.ts';
import type { WorkspaceServices } from './workspaceServices.ts';

export interface LinkInput {
  readonly files: ReadonlyMap<string, IndexedSource>;
  readonly documents: Iterable<readonly [path: string, document: OpenDocument]>;
  readonly folders: readonly string[];
  readonly services: WorkspaceServices;
  readonly atLineOf?: WorkspaceFacts['atLineOf'];
}

/** The whole workspace joined at one moment, as seen with telemetry of some services: what attribution looks at. */
export interface LinkedWorkspace {
  readonly attributor: Attributor;
  readonly routes: readonly RouteDecl[];
  readonly routeTable: RouteTable;
  readonly frames: FrameFiles;
  /** As they were linked: an open file may have others by now. */
  functionsIn(path: string): readonly FunctionDecl[];
  /** What an open document's symbols were when it was linked. */
  readonly linkedSymbols: ReadonlyMap<string, Symbols>;
  /** Services with telemetry that it was linked with. */
  readonly seen: readonly ServiceKey[];
  servicesOf(path: string): FileServices;
}

const byPath = (a: IndexedSource, b: IndexedSource): number => (a.path < b.path ? -1 : 1);

/** A large workspace takes long: others get their turn. What is edited meanwhile is no part of it. */
export async function linkWorkspace(
  input: LinkInput,
): Promise<(seen: readonly ServiceKey[]) => LinkedWorkspace> {
  const turns = new Turns();
  const files = new Map<string, IndexedFile>();
  const linkedSymbols = new Map<string, Symbols>();
  const documents = new Map(input.documents);
  // By path, not as they happened to be read: what depends on the order must be the same after every start and change.
  for (const source of [...input.files.values()].sort(byPath)) {
    const others = turns.next();
    if (others !== undefined) await others;
    const { path, facts, functions, relativePath, folder } = source;
    const symbols = documents.get(path)?.symbols;
    if (symbols !== undefined) linkedSymbols.set(path, symbols);
    const known = symbols ?? (facts === undefined ? undefined : { facts, functions });
    if (known !== undefined) files.set(path, { ...known, relativePath, folder });
  }
  await turns.next();
  const linked = await turns.run(linkSteps(files, input.services.hints));
  await turns.next();
  const sources = new PathIndex(files.keys());
  await turns.next();
  const programs = input.services.hints.flatMap((hint) => hint.program ?? []);
  const maps = new SourceMaps([...input.folders, ...programs], sources);
  const sourceOf: FrameFiles['sourceOf'] = (...at) => maps.sourceOf(...at);
  const functions: FunctionDecl[] = [];
  for (const file of files.values()) {
    for (const decl of file.functions) functions.push(decl);
    const others = turns.next();
    if (others !== undefined) await others;
  }
  const facts: Omit<WorkspaceFacts, 'servicesOf'> = {
    ...linked,
    functions,
    overrides: input.services.overrides,
    sourceOf,
    ...(input.atLineOf === undefined ? {} : { atLineOf: input.atLineOf }),
  };
  const rest = {
    routes: linked.routes,
    routeTable: {
      ...routeTableOf([...linked.routes, ...linked.openRoutes]),
      ...(linked.callLiterals.length === 0 ? {} : { calls: callTableOf(linked.callLiterals) }),
    },
    frames: {
      sourceOf,
      fileOf: (runtimePath: string) => sources.matching(runtimePath),
    },
    functionsIn: (file: string) => files.get(file)?.functions ?? [],
    linkedSymbols,
  };
  let attributor: Attributor | undefined;
  return (seen) => {
    const servicesOf = input.services.resolver(seen);
    attributor = attributor?.serving(servicesOf) ?? createAttributor({ ...facts, servicesOf });
    return { ...rest, seen, servicesOf, attributor };
  };
}
