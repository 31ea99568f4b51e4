import { parentOf } from '../families/family.ts';
import type { FilesFramework, FileTree } from '../filesFramework.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';

/** Where a file lies in a program whose routes are files. */
export interface PlacedFile {
  /** Absolute folder that routes are counted from. */
  readonly root: string;
  /** Template with a leading slash; absent: the file is no route of its own. */
  readonly route?: string;
  /** Place below the root with a leading slash, without its ending. */
  readonly stem: string;
  readonly parameters: boolean;
}

/** Programs of one framework in the workspace: folders with its own file, else folders whose files import it. */
export class FilePrograms {
  private readonly settings = new Set<string>();
  private readonly importing = new Set<string>();

  /** Looks at every file, with turns for others. */
  static *in(evaluator: Evaluator, framework: FilesFramework): Generator<void, FilePrograms> {
    const programs = new FilePrograms();
    const { file: own, modules } = framework.program;
    for (const file of evaluator.files.values()) {
      yield;
      const folder = parentOf(file.path);
      if (own.test(file.path.slice(folder.length + 1))) programs.settings.add(folder);
      if (!programs.importing.has(folder) && file.facts.imports.some((i) => modules.test(i.module)))
        for (let at = folder; at !== '' && !programs.importing.has(at); at = parentOf(at))
          programs.importing.add(at);
    }
    return programs;
  }

  place(file: LinkedFile, tree: FileTree): PlacedFile | undefined {
    if (this.importing.size === 0 && this.settings.size === 0) return undefined;
    for (const root of tree.roots) {
      const inner = root === '' ? '/' : `/${root}/`;
      for (
        let at = file.path.indexOf(inner, file.folder.length);
        at >= 0;
        at = file.path.indexOf(inner, at + 1)
      ) {
        const below = file.path.slice(at + inner.length);
        const match = tree.file.exec(below);
        if (match === null || !this.isProgram(file.path.slice(0, at), file.folder)) continue;
        return placed(file, tree, below, match.groups?.['route'] ?? '', at + inner.length - 1);
      }
    }
    return undefined;
  }

  /** The nearest folder with the framework's own file is the program; without any, the first that imports the framework. */
  private isProgram(folder: string, workspace: string): boolean {
    for (let at = folder; at.length >= workspace.length && at !== ''; at = parentOf(at))
      if (this.settings.has(at)) return at === folder;
    return this.importing.has(folder);
  }
}

function placed(
  file: LinkedFile,
  tree: FileTree,
  below: string,
  given: string,
  rootEnd: number,
): PlacedFile {
  const parts: string[] = [];
  let isRoute = true;
  for (const [i, text] of given.split(tree.separator ?? '/').entries()) {
    if (text === '') continue;
    const segment = tree.segment(text, i);
    if (segment === null) isRoute = false;
    else if (segment !== undefined) parts.push(segment);
  }
  const root = file.path.slice(0, rootEnd);
  const route = `/${parts.join('/')}`;
  return {
    root,
    stem: `/${below.replace(/\.\w+$/, '')}`,
    parameters: /[[:$*]/.test(route),
    ...(isRoute ? { route } : {}),
  };
}
