import type { SpanLiteral } from '../../../domain/workspace.ts';
import { parentOf } from '../families/family.ts';
import type { FileExport, FilesFramework, FileTree } from '../filesFramework.ts';
import type { Evaluator } from './evaluator.ts';
import { ConfiguredFiles } from './configuredFiles.ts';
import { FilePrograms, type PlacedFile } from './filePrograms.ts';
import { exportedHandler, handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { methodMap } from './methodMaps.ts';
import { refOf } from './refOf.ts';
import { known } from './text.ts';

export interface FileRoutes {
  readonly routes: readonly LinkedRoute[];
  /** Spans that the framework makes around the files' exports. */
  readonly spans: readonly SpanLiteral[];
}

/** Routes that files are by their place below a folder of the program; their exports are the handlers. */
export function* fileRoutes(
  evaluator: Evaluator,
  framework: FilesFramework,
): Generator<void, FileRoutes> {
  const routes: LinkedRoute[] = [];
  const spans: SpanLiteral[] = [];
  const programs = yield* FilePrograms.in(evaluator, framework);
  const configured = yield* ConfiguredFiles.in(evaluator, framework);
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    yield;
    const [first] = framework.trees;
    for (const placed of configured.placesOf(file))
      if (first !== undefined)
        routes.push(...new FileReader(evaluator, framework, first, file, placed).routes());
    for (const tree of framework.trees) {
      const placed = programs.place(file, tree);
      if (placed === undefined || configured.replaces(placed.root)) continue;
      const reader = new FileReader(evaluator, framework, tree, file, placed);
      routes.push(...reader.routes());
      spans.push(...reader.spans());
      break;
    }
  }
  return { routes: withoutLayouts(routes, framework), spans };
}

/** Several files may have one route: the page of the route, and layouts around it that would answer if there were none. */
function withoutLayouts(routes: LinkedRoute[], framework: FilesFramework): LinkedRoute[] {
  const preferred = framework.trees.flatMap((tree) => tree.preferred ?? []);
  if (preferred.length === 0) return routes;
  const keyOf = (route: LinkedRoute): string =>
    `${parentOf(route.file.path)} ${route.method} ${route.path.text}`;
  const isPage = (route: LinkedRoute): boolean => preferred.some((p) => p.test(route.file.path));
  const answered = new Set(routes.filter(isPage).map(keyOf));
  return routes.filter((route) => isPage(route) || !answered.has(keyOf(route)));
}

class FileReader {
  private readonly evaluator: Evaluator;
  private readonly framework: FilesFramework;
  private readonly tree: FileTree;
  private readonly file: LinkedFile;
  private readonly placed: PlacedFile;

  constructor(
    evaluator: Evaluator,
    framework: FilesFramework,
    tree: FileTree,
    file: LinkedFile,
    placed: PlacedFile,
  ) {
    this.evaluator = evaluator;
    this.framework = framework;
    this.tree = tree;
    this.file = file;
    this.placed = placed;
  }

  *routes(): Generator<LinkedRoute> {
    const { file, framework, placed } = this;
    if (placed.route === undefined) return;
    for (const [name, given] of this.present()) {
      if (given.methods === undefined) continue;
      if (given.unless?.some((other) => this.has(other)) === true) continue;
      const paths = [
        placed.route,
        ...(given.alsoAt === undefined ? [] : [given.alsoAt(placed.route)]),
      ];
      const handler = this.handler(name);
      const may = given.rendered === true && !this.runsPerRequest();
      const mapped = given.methods.includes('*') ? this.byMethod(name) : [];
      const all = given.methods.map((method) => ({ method, handler }));
      for (const { method, handler: own } of mapped.length > 0 ? mapped : all)
        for (const path of paths)
          yield {
            framework: framework.id,
            method,
            path: known(path),
            handler: may ? undefined : own,
            file,
            line: lineOf(own),
            ...(may ? { why: servedBefore(given, placed.route) } : {}),
            ...(framework.delegated === undefined ? {} : { delegated: 'catchAll' as const }),
          };
    }
  }

  *spans(): Generator<SpanLiteral> {
    const { file, placed } = this;
    for (const [name, given] of this.present()) {
      const handler = this.handler(name);
      const decl = handler?.file.functions[handler.index];
      for (const template of given.spans ?? []) {
        if (template.includes('{route}') && placed.route === undefined) continue;
        const text = template.replace('{route}', placed.route ?? '').replace('{file}', placed.stem);
        const names = text.includes('{method}')
          ? requestMethods.map((m) => text.replace('{method}', m))
          : [text];
        for (const spanName of names)
          yield {
            name: spanName,
            form: `${this.framework.id}’s span around the export ${name}`,
            at: { path: file.path, line: lineOf(handler) },
            ...(decl === undefined ? {} : { owner: refOf(decl) }),
            ...(given.scope === undefined ? {} : { scope: given.scope }),
            // A page is rendered in answer to any method (form actions).
            ...(given.methods === undefined || given.rendered === true
              ? {}
              : { method: given.methods[0] ?? '*' }),
            ...(file.inTest ? { inTest: true as const } : {}),
          };
      }
    }
  }

  private present(): [string, FileExport][] {
    return Object.entries(this.tree.exports).filter(([name]) => this.has(name));
  }

  private has(name: string): boolean {
    const { file } = this;
    return (
      file.exports.has(name) ||
      file.reexports.has(name) ||
      this.commonJs(name) !== undefined ||
      this.handedOn(name) !== undefined
    );
  }

  /** `export * from '../other/route'`, which leaves the default export out. */
  private handedOn(name: string): Found | undefined {
    const { evaluator, file } = this;
    if (name === 'default') return undefined;
    for (const star of file.stars) {
      const found = exportedHandler(evaluator, file, star, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** `module.exports = handler` is the default export. */
  private commonJs(name: string): ReturnType<LinkedFile['exports']['get']> {
    return name === 'default' ? this.file.exports.get('*') : undefined;
  }

  private byMethod(name: string): ReturnType<typeof methodMap> {
    const own = this.file.exports.get(name) ?? this.commonJs(name);
    return own === undefined ? [] : methodMap(this.evaluator, this.file, own);
  }

  private handler(name: string): Found | undefined {
    const { evaluator, file } = this;
    const own = file.exports.get(name) ?? this.commonJs(name);
    if (own !== undefined) return handlerOf(evaluator, file, -1, own);
    const again = file.reexports.get(name);
    return again === undefined
      ? this.handedOn(name)
      : exportedHandler(evaluator, file, again.module, again.exported);
  }

  private runsPerRequest(): boolean {
    const { evaluator, file, placed, tree } = this;
    const signs = tree.perRequest;
    if (signs === undefined) return true;
    const { parametersUnless } = signs;
    if (parametersUnless !== undefined && placed.parameters && !this.has(parametersUnless))
      return true;
    const places = [file];
    for (let at = parentOf(file.path); at.length >= placed.root.length; at = parentOf(at))
      for (const end of ['tsx', 'ts', 'jsx', 'js'])
        for (const name of signs.above) {
          const above = evaluator.files.get(`${at}/${name}.${end}`);
          if (above !== undefined && above !== file) places.push(above);
        }
    return places.some(
      (place) =>
        Object.entries(signs.constants).some(
          ([name, wanted]) => place.facts.bindings.find((b) => b.name === name)?.value === wanted,
        ) ||
        place.facts.imports.some((i) => signs.imports[i.module]?.includes(i.exported) === true),
    );
  }
}

const servedBefore = ({ spans }: FileExport, route: string): string =>
  `what was rendered at build time may be served without running it${
    spans?.[0] === undefined
      ? ''
      : `; the spans “${spans[0].replace('{route}', route)}” show when it runs`
  }`;

const lineOf = (found: Found | undefined): number =>
  found?.file.functions[found.index]?.declarationLine ?? 0;

const requestMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
