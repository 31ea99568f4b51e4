import { familyOf, type Family } from '../framework.ts';
import type { LanguageId } from '../../../domain/functionDecl.ts';

const extensions: Readonly<Record<string, Family>> = {
  ts: 'javascript',
  tsx: 'javascript',
  mts: 'javascript',
  cts: 'javascript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  pyi: 'python',
  java: 'java',
  go: 'go',
};

export function familyOfPath(path: string, language?: LanguageId): Family | undefined {
  if (language !== undefined) return familyOf[language];
  return extensions[path.slice(path.lastIndexOf('.') + 1)];
}

interface Placed {
  /** Absolute path of the workspace folder. */
  readonly folder: string;
}

/** From a module name in source to a file of the workspace. */
export class ModuleResolver {
  private readonly files: ReadonlyMap<string, Placed>;
  private readonly pythonTails = new Map<string, string[]>();

  constructor(files: ReadonlyMap<string, Placed>) {
    this.files = files;
    for (const path of files.keys()) {
      if (!path.endsWith('.py')) continue;
      const module = path.replace(/(?:\/__init__)?\.py$/, '');
      const tail = module.slice(module.lastIndexOf('/') + 1);
      const known = this.pythonTails.get(tail);
      if (known) known.push(path);
      else this.pythonTails.set(tail, [path]);
    }
  }

  /** Absolute path of the file that `module` means in `from`; undefined when it isn't in the workspace. */
  resolve(from: string, family: Family, module: string): string | undefined {
    if (family === 'javascript') return this.resolveJavascript(from, module);
    if (family === 'python') return this.resolvePython(from, module);
    return undefined;
  }

  private resolveJavascript(from: string, module: string): string | undefined {
    if (module.startsWith('.')) return this.tryJavascript(joinPath(parentOf(from), module));
    const alias = /^(?:@|~)\/(.+)$/.exec(module)?.[1];
    const folder = this.files.get(from)?.folder ?? '';
    for (let at = parentOf(from); at.length >= folder.length && at !== ''; at = parentOf(at)) {
      const tail = alias ?? module;
      const found = this.tryJavascript(`${at}/${tail}`) ?? this.tryJavascript(`${at}/src/${tail}`);
      if (found !== undefined && found !== from) return found;
    }
    return undefined;
  }

  private tryJavascript(base: string): string | undefined {
    if (this.files.has(base)) return base;
    const bare = base.replace(/\.(?:m|c)?jsx?$/, '');
    for (const stem of bare === base ? [base] : [bare, base])
      for (const end of ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs'])
        if (this.files.has(stem + end)) return stem + end;
    for (const end of ['ts', 'tsx', 'js', 'jsx', 'mjs', 'cjs'])
      if (this.files.has(`${base}/index.${end}`)) return `${base}/index.${end}`;
    return undefined;
  }

  private resolvePython(from: string, module: string): string | undefined {
    const dots = /^\.*/.exec(module)?.[0].length ?? 0;
    const path = module.slice(dots).split('.').join('/');
    if (dots > 0) {
      let base = parentOf(from);
      for (let i = 1; i < dots; i += 1) base = parentOf(base);
      return this.tryPython(path === '' ? base : `${base}/${path}`);
    }
    // The root that the interpreter runs from isn't written anywhere: the nearest folder above that has the module.
    for (let at = parentOf(from); at !== ''; at = parentOf(at)) {
      const found = this.tryPython(`${at}/${path}`);
      if (found !== undefined) return found;
    }
    const tails = this.pythonTails.get(path.slice(path.lastIndexOf('/') + 1)) ?? [];
    const fitting = tails.filter(
      (t) => t.endsWith(`/${path}.py`) || t.endsWith(`/${path}/__init__.py`),
    );
    return fitting.length === 1 && path.includes('/') ? fitting[0] : undefined;
  }

  private tryPython(base: string): string | undefined {
    if (this.files.has(`${base}.py`)) return `${base}.py`;
    return this.files.has(`${base}/__init__.py`) ? `${base}/__init__.py` : undefined;
  }

  /** Submodule of a package: `from app.api.routes import items`. */
  submodule(packageFile: string, name: string): string | undefined {
    return packageFile.endsWith('/__init__.py')
      ? this.tryPython(`${parentOf(packageFile)}/${name}`)
      : undefined;
  }

  /** Module without `__init__.py`: a namespace package's file, found from its full dotted name. */
  has(path: string): boolean {
    return this.files.has(path);
  }
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '' : path.slice(0, slash);
}

function joinPath(base: string, relative: string): string {
  const parts = base.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
