import type { Attribution } from '../domain/attribution.ts';
import type { FunctionDecl, FunctionRef, LanguageId } from '../domain/functionDecl.ts';
import type { Objective } from '../domain/objective.ts';
import type { FileServices } from '../domain/workspace.ts';
import type { OpenDocument } from '../symbols/buffer/openDocument.ts';
import type { FileView, OwnedOperation } from '../symbols/contract.ts';
import type { IndexedSource } from '../symbols/index/workspaceIndex.ts';
import { refOf } from '../symbols/frames/locateStack.ts';

interface More extends FileServices {
  readonly attributions: readonly OwnedOperation[];
  readonly objectives: readonly Objective[];
}

const common = (path: string, functions: readonly FunctionDecl[], more: More) => ({
  path,
  functions,
  services: more.services,
  servicesExplanation: more.explanation,
  attributions: atPresentPlaces(functions, more.attributions),
  ...(more.objectives.length === 0 ? {} : { objectives: more.objectives }),
});

export const viewOfDocument = (path: string, document: OpenDocument, more: More): FileView => ({
  ...common(path, document.functions, more),
  language: document.language,
  version: document.version,
  status: document.status,
  ...(document.status === 'lastGood' && { reason: 'the text has syntax errors' }),
});

export const viewOfDisk = (source: IndexedSource, more: More): FileView => ({
  ...common(source.path, source.functions, more),
  language: source.language,
  version: 0,
  status: source.reason === undefined ? 'fresh' : 'skipped',
  ...(source.reason !== undefined && { reason: source.reason }),
});

export const viewOfSkipped = (
  path: string,
  state: { readonly reason: string; readonly language: LanguageId; readonly version: number },
  more: More,
): FileView => ({
  ...common(path, [], more),
  language: state.language,
  version: state.version,
  status: 'skipped',
  reason: state.reason,
});

/** Attributions are made when the workspace is linked; the text may have moved since. */
function atPresentPlaces(
  functions: readonly FunctionDecl[],
  attributions: readonly OwnedOperation[],
): readonly OwnedOperation[] {
  if (attributions.length === 0) return attributions;
  const present = new Map(functions.map((decl) => [decl.id, decl]));
  const path = functions[0]?.path;
  const move = (ref: FunctionRef): FunctionRef => {
    const decl = ref.path === path ? present.get(ref.id) : undefined;
    return decl === undefined ? ref : refOf(decl);
  };
  return attributions.map(({ operation, attribution }) => ({
    operation,
    attribution: moved(attribution, move),
  }));
}

function moved(attribution: Attribution, move: (ref: FunctionRef) => FunctionRef): Attribution {
  if (attribution.kind === 'owned') return { ...attribution, owner: move(attribution.owner) };
  if (attribution.kind === 'ambiguous')
    return { ...attribution, candidates: attribution.candidates.map(move) };
  return attribution;
}
