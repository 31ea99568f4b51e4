import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';

/** Files that start a program of the framework. */
export function startsOf(
  evaluator: Evaluator,
  start: { readonly module: string; readonly exported: string } | undefined,
): readonly LinkedFile[] {
  if (start === undefined) return [];
  return [...evaluator.files.values()].filter(
    ({ inTest, facts }) =>
      !inTest &&
      facts.imports.some((i) => i.module === start.module && i.exported === start.exported),
  );
}

/** The nearest call for a file, but for those of another program: each is nearest to its own start. */
export function ownCalls<T extends { readonly file: LinkedFile }>(
  calls: readonly T[],
  starts: readonly LinkedFile[],
): (file: LinkedFile) => T | undefined {
  if (calls.length === 0 || starts.length < 2) return (file) => nearest(calls, file);
  const byStart = calls.map((call) => ({ call, start: onlyNearest(starts, call.file) }));
  const memo = new Map<string, T | undefined>();
  return (file) => {
    if (!memo.has(file.path)) {
      const own = onlyNearest(starts, file);
      const fitting = byStart.filter(
        ({ start }) => own === undefined || start === undefined || start === own,
      );
      const found = nearest(
        fitting.map(({ call }) => call),
        file,
      );
      memo.set(file.path, found);
    }
    return memo.get(file.path);
  };
}

/** The file that shares the most folders; undefined where several do. */
function onlyNearest(files: readonly LinkedFile[], file: LinkedFile): LinkedFile | undefined {
  const shared = files.map((other) => sharedFolders(other.path, file.path));
  const most = Math.max(...shared);
  const found = files.filter((_, i) => shared[i] === most);
  return found.length === 1 ? found[0] : undefined;
}

/** The program's own call is the one whose file shares the most folders with the controller. */
function nearest<T extends { readonly file: LinkedFile }>(
  calls: readonly T[],
  file: LinkedFile,
): T | undefined {
  let best: T | undefined;
  let most = -1;
  for (const call of calls) {
    const shared = sharedFolders(call.file.path, file.path);
    if (shared > most) {
      most = shared;
      best = call;
    }
  }
  return best;
}

function sharedFolders(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared += 1;
  return shared;
}
