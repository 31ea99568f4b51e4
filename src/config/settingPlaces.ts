import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import type { SettingProblem } from './schema.ts';

const setting = 'prodlens.environments';

/** A mistake in `prodlens.environments` and where it stands. */
export interface PlacedProblem {
  /** Characters of the text. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** A mistake within one environment: which a person finds by its name, whatever its place in the list. */
export interface EnvironmentProblem {
  readonly environment: string;
  /** From the environment's entry. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy?: string;
}

/** Where mistakes stand in the text of a settings file: at the value itself, else at what should hold it. */
export function placeProblems(
  text: string,
  problems: readonly (SettingProblem | EnvironmentProblem)[],
): readonly PlacedProblem[] {
  const root =
    problems.length === 0 ? undefined : parseTree(text, [], { allowTrailingComma: true });
  const value = root === undefined ? undefined : findNodeAtLocation(root, [setting]);
  if (value === undefined) return [];
  return problems.flatMap((problem): PlacedProblem[] => {
    const path = 'place' in problem ? pathOfPlace(problem.place) : pathIn(value, problem);
    if (path === undefined) return [];
    const { node, missing } = nearest(value, path);
    const { message, remedy = '' } = problem;
    const what = missing ?? path.at(-1);
    // A whole sentence, or what is said of the value.
    const said = message.endsWith('.') ? message : `“${String(what ?? setting)}” ${message}.`;
    return [{ offset: node.offset, length: node.length, message: `${said} ${remedy}`.trim() }];
  });
}

/** `prodlens.environments[0].metrics.url`, in parts. */
const pathOfPlace = (place: string): readonly (string | number)[] =>
  [...place.slice(setting.length).matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  );

function pathIn(
  value: Node,
  { environment, path }: EnvironmentProblem,
): readonly (string | number)[] | undefined {
  const index = (value.children ?? []).findIndex((entry) => {
    const name: unknown = findNodeAtLocation(entry, ['name'])?.value;
    return typeof name === 'string' && name.trim() === environment;
  });
  return index < 0 ? undefined : [index, ...path];
}

function nearest(
  root: Node,
  path: readonly (string | number)[],
): { readonly node: Node; readonly missing?: string | number } {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    const missing = path[length];
    if (node !== undefined) return { node, ...(missing === undefined ? {} : { missing }) };
  }
  return { node: root };
}
