import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import type { Remote } from '../../../src/rpc/contract.ts';
import { inProcess } from '../../../src/rpc/peer.ts';
import type { IndexContract, IndexSettings } from '../../../src/symbols/contract.ts';
import { languageOfPath } from '../../../src/symbols/languages/registry.ts';
import { IndexService } from '../../../src/workers/indexService.ts';
import { linkGrammars } from '../symbols/grammars.ts';

const apps = path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'test/fixtures/apps');
const chosen = ['express', 'nest', 'fastapi', 'flask', 'gin', 'net-http', 'spring-messaging'];
const grammars = ['typescript', 'tsx', 'javascript', 'python', 'go', 'java'];

interface Index {
  readonly remote: Remote<IndexContract>;
  dispose(): void;
}

/** One change of a workspace: what is done, and which of its places. */
interface Change {
  readonly what: keyof typeof changes;
  readonly at: number;
  readonly other: number;
}

/** The workspace on disk while it changes. */
class Workspace {
  readonly root = mkdtempSync(path.join(os.tmpdir(), 'prodlens-follows-'));
  /** Files that can't be parsed, with the text that mends them. */
  readonly broken = new Map<string, string>();
  readonly told = new Set<string>();
  step = 0;

  constructor() {
    for (const app of chosen)
      cpSync(path.join(apps, app, 'source'), path.join(this.root, app), { recursive: true });
  }

  all(): string[] {
    return (readdirSync(this.root, { recursive: true }) as string[])
      .filter((name) => statSync(path.join(this.root, name)).isFile())
      .sort();
  }

  sources(): string[] {
    return this.all().filter((name) => languageOfPath(name) !== undefined);
  }

  pick(from: readonly string[], at: number): string | undefined {
    return from[at % Math.max(1, from.length)];
  }

  read = (name: string): string => readFileSync(path.join(this.root, name), 'utf8');

  write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.root, name)), { recursive: true });
    writeFileSync(path.join(this.root, name), text);
    this.told.add(path.join(this.root, name));
  }

  remove(name: string): void {
    rmSync(path.join(this.root, name), { recursive: true, force: true });
    for (const file of [...this.broken.keys()])
      if (file === name || file.startsWith(`${name}/`)) this.broken.delete(file);
    this.told.add(path.join(this.root, name));
  }

  move(from: string, to: string): void {
    if (existsSync(path.join(this.root, to))) return;
    mkdirSync(path.dirname(path.join(this.root, to)), { recursive: true });
    renameSync(path.join(this.root, from), path.join(this.root, to));
    for (const [file, text] of [...this.broken])
      if (file === from || file.startsWith(`${from}/`)) {
        this.broken.delete(file);
        this.broken.set(to + file.slice(from.length), text);
      }
    for (const name of [from, to]) this.told.add(path.join(this.root, name));
  }

  mend(): void {
    for (const [name, text] of this.broken) this.write(name, text);
    this.broken.clear();
  }
}

const edited = (text: string, step: number): string =>
  text.replace(/(['"`])\/(\w+)/g, `$1/other${step}/$2`);

/** Each changes the disk and says what a watcher would tell. */
const changes = {
  routes: (w: Workspace, at: number) => {
    const name = w.pick(w.sources(), at);
    if (name !== undefined && !w.broken.has(name)) w.write(name, edited(w.read(name), w.step));
  },
  names: (w: Workspace, at: number, other: number) => {
    const name = w.pick(w.sources(), at);
    if (name === undefined || w.broken.has(name)) return;
    const text = w.read(name);
    const found = [...text.matchAll(/\b(?:function|def|func|class|async)\s+(\w+)\s*\(/g)];
    const word = found[other % Math.max(1, found.length)]?.[1];
    if (word !== undefined) w.write(name, text.replaceAll(word, `${word}Now`));
  },
  lines: (w: Workspace, at: number) => {
    const name = w.pick(w.sources(), at);
    if (name !== undefined && !w.broken.has(name)) w.write(name, `\n\n${w.read(name)}`);
  },
  remove: (w: Workspace, at: number) => {
    const name = w.pick(w.sources(), at);
    if (name !== undefined) w.remove(name);
  },
  add: (w: Workspace, at: number, other: number) => {
    const sources = w.sources();
    const [name, folder] = [w.pick(sources, at), w.pick(sources, other)];
    if (name === undefined || folder === undefined || w.broken.has(name)) return;
    w.write(path.join(path.dirname(folder), `added${w.step}${path.extname(name)}`), w.read(name));
  },
  rename: (w: Workspace, at: number) => {
    const name = w.pick(w.sources(), at);
    if (name !== undefined) w.move(name, name.replace(/\.(\w+)$/, `${w.step}.$1`));
  },
  moveFolder: (w: Workspace, at: number) => {
    const folders = [...new Set(w.sources().map((name) => path.dirname(name)))].filter((f) =>
      f.includes('/'),
    );
    const folder = w.pick(folders, at);
    if (folder !== undefined) w.move(folder, `${folder}${w.step}`);
  },
  moveProgram: (w: Workspace, at: number) => {
    const program = w.pick(readdirSync(w.root).sort(), at);
    if (program !== undefined && statSync(path.join(w.root, program)).isDirectory())
      w.move(program, `in${w.step}/${program}`);
  },
  break: (w: Workspace, at: number, other: number) => {
    const name = w.pick(w.sources(), at);
    if (name === undefined || w.broken.has(name)) return;
    const text = w.read(name);
    w.broken.set(name, text);
    w.write(name, `${text.slice(0, other % Math.max(1, text.length))}\n((({{{`);
  },
  mend: (w: Workspace) => {
    w.mend();
  },
  /** Another branch: every file of a program is another, some are gone, all are told at once. */
  branch: (w: Workspace, at: number, other: number) => {
    const app = w.pick(chosen, at) ?? '';
    for (const [i, name] of w.all().entries()) {
      if (!name.split('/').includes(app)) continue;
      if (i % 4 === other % 4) w.remove(name);
      else if (languageOfPath(name) !== undefined && !w.broken.has(name))
        w.write(name, edited(w.read(name), w.step));
    }
  },
  back: (w: Workspace, at: number) => {
    const app = w.pick(chosen, at) ?? '';
    w.remove(app);
    cpSync(path.join(apps, app, 'source'), path.join(w.root, app), { recursive: true });
    for (const name of w.all()) if (name.startsWith(`${app}/`)) w.told.add(path.join(w.root, name));
  },
  hint: (w: Workspace, at: number, other: number) => {
    const hints = w
      .all()
      .filter((name) => /(?:package\.json|go\.mod|\.toml|Dockerfile)$/.test(name));
    const folder = path.dirname(w.pick(w.sources(), at) ?? 'x/y');
    const service = w.pick(chosen, other) ?? '';
    const name = w.pick(hints, other);
    if (at % 3 === 0 && name !== undefined) w.remove(name);
    else if (at % 3 === 1) w.write(`${folder}/package.json`, JSON.stringify({ name: service }));
    else w.write(`${folder}/Dockerfile`, `ENV OTEL_SERVICE_NAME=${service}\n`);
  },
  rules: (w: Workspace, at: number, other: number) => {
    if (at % 4 === 0) {
      w.remove('prodlens.json');
      return;
    }
    const folder = (w.pick(w.sources(), at) ?? 'x/y').split('/')[0];
    const services = [{ folder, service: w.pick(chosen, other) }];
    w.write('prodlens.json', JSON.stringify({ services }));
  },
};

const someChange: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom(...(Object.keys(changes) as Change['what'][])),
  at: fc.nat(10_000),
  other: fc.nat(10_000),
});

describe('the index worker, while the workspace changes', function () {
  this.timeout(300_000);
  let grammarsFolder: string;
  before(() => {
    grammarsFolder = linkGrammars(mkdtempSync(path.join(os.tmpdir(), 'prodlens-g-')), grammars);
  });
  after(() => rm(grammarsFolder, { recursive: true, force: true }));

  const foldersOf = (w: Workspace, listed: boolean): IndexSettings['folders'] => [
    { path: w.root, exclude: [], ...(listed && { files: w.all() }) },
  ];

  async function indexOf(w: Workspace, listed: boolean): Promise<Index> {
    const service = new IndexService({
      changed: () => undefined,
      problems: () => undefined,
      rules: () => undefined,
    });
    const { remote } = inProcess<IndexContract>(service.handlers);
    const folders = foldersOf(w, listed);
    await remote.call('configure', { folders, grammarsFolder, trusted: true });
    return {
      remote,
      dispose: () => {
        service.dispose();
      },
    };
  }

  /** Everything that a person sees: functions, services, routes, and who owns what. */
  async function answersOf({ remote }: Index, w: Workspace): Promise<unknown> {
    const routes = await remote.call('routes', undefined);
    const files = [];
    for (const name of w.sources()) {
      const view = await remote.call('file', { path: path.join(w.root, name) });
      files.push(
        view === null
          ? `${name} is no source`
          : [
              name,
              view.status,
              view.functions.map((f) => `${f.id}:${f.declarationLine}`),
              view.services.map((s) => `${s.service}: ${s.explanation}`),
              view.attributions.map((a) => a.operation.id).sort(),
            ],
      );
    }
    const owned = await remote.call('operations', undefined);
    return {
      files,
      routes: routes.map(
        (r) => `${r.method} ${r.path} ${r.handler.id}:${r.handler.declarationLine} ${r.unresolved}`,
      ),
      owners: owned
        .map(({ operation, attribution: a }) =>
          a.kind === 'owned'
            ? `${operation.id}: ${a.owner.id}:${a.owner.declarationLine} ${a.rule} ${a.confidence}`
            : [operation.id, a.explanation, ...(a.kind === 'ambiguous' ? a.candidates : [])]
                .map((part) => (typeof part === 'string' ? part : part.id))
                .join(' | '),
        )
        .sort(),
    };
  }

  /** Calls of all routes, as two services would make them, and of some functions by their names. */
  async function operationsOf({ remote }: Index, w: Workspace): Promise<readonly Operation[]> {
    const operations = new Map<string, Operation>();
    const add = (app: string, name: string, more: Partial<Operation>): void => {
      const service = serviceKey(app);
      const id = `${app} ${name}` as OperationId;
      operations.set(id, {
        id,
        service,
        source: 'span',
        kind: 'server',
        name,
        scope: 's',
        ...more,
      });
    };
    for (const { method, path: route, handler } of await remote.call('routes', undefined)) {
      const app = path.relative(w.root, handler.path).split('/')[0] ?? '';
      add(app, `${method} ${route}`, { http: { method, route } });
      add(app, `${method} ${edited(`"${route}"`, 1)}`, {
        http: { method, route: `/other1${route}` },
      });
    }
    for (const name of w.sources()) {
      const view = await remote.call('file', { path: path.join(w.root, name) });
      for (const decl of view?.functions.slice(0, 3) ?? [])
        add(name.split('/')[0] ?? '', decl.id, {
          kind: 'internal',
          code: { functionName: decl.name, filePath: `/app/${name.slice(name.indexOf('/') + 1)}` },
        });
    }
    return [...operations.values()];
  }

  const seed = Number(process.env['PRODLENS_SEED'] ?? 20);
  for (const listed of [false, true])
    it(`answers like one that read the last state alone (${listed ? 'git lists' : 'walked'})`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(someChange, { minLength: 1, maxLength: 3 }), {
            minLength: 1,
            maxLength: 4,
          }),
          async (batches) => {
            const w = new Workspace();
            const followed = await indexOf(w, listed);
            try {
              const operations = await operationsOf(followed, w);
              await followed.remote.call('attribute', { operations });
              for (const [i, batch] of [...batches, undefined].entries()) {
                for (const change of batch ?? []) {
                  w.step += 1;
                  changes[change.what](w, change.at, change.other);
                }
                if (batch === undefined) w.mend();
                const paths = [...w.told];
                w.told.clear();
                await followed.remote.call('filesChanged', {
                  paths,
                  ...(listed && { folders: foldersOf(w, true) }),
                  ...(listed && w.step % 2 === 0 && { all: true as const }),
                });
                // A file that can't be parsed keeps what was last known of it, by intent: there is nothing to compare with.
                if (w.broken.size > 0) continue;
                const scratch = await indexOf(w, listed);
                try {
                  await scratch.remote.call('attribute', { operations });
                  assert.deepEqual(
                    await answersOf(followed, w),
                    await answersOf(scratch, w),
                    `after batch ${i}: ${JSON.stringify(batch)}`,
                  );
                } finally {
                  scratch.dispose();
                }
              }
            } finally {
              followed.dispose();
              rmSync(w.root, { recursive: true, force: true });
            }
          },
        ),
        { seed, numRuns: Number(process.env['PRODLENS_RUNS'] ?? 3), endOnFailure: true },
      );
    });
});
