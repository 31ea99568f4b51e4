import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Operation } from '../../../../src/domain/operation.ts';
import { OpenDocument } from '../../../../src/symbols/buffer/openDocument.ts';
import { Text } from '../../../../src/symbols/buffer/text.ts';
import { WorkspaceIndex } from '../../../../src/symbols/index/workspaceIndex.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import type { ParserPool } from '../../../../src/symbols/parser/parserPool.ts';
import { linkWorkspace } from '../../../../src/workers/linkedWorkspace.ts';
import { isHint, readWorkspaceServices } from '../../../../src/workers/workspaceServices.ts';
import { fixtures, noTables, operationOf, readExpected } from '../../attribution/expectations.ts';
import { again, numbersFrom, seedOfRun, shuffled } from '../../randomNumbers.ts';
import { testPool } from '../grammars.ts';

type Random = (below: number) => number;

const never = new AbortController().signal;

/** A workspace as the index worker keeps it: what is on disk, and documents that are open in the editor. */
class Followed {
  readonly index: WorkspaceIndex;
  readonly documents = new Map<string, OpenDocument>();
  private readonly folder: string;
  private readonly pool: ParserPool;
  private version = 1;

  constructor(folder: string, pool: ParserPool) {
    this.folder = folder;
    this.pool = pool;
    this.index = new WorkspaceIndex({
      folders: [{ path: folder, exclude: [] }],
      pool,
      alsoList: isHint,
      onChange: () => undefined,
    });
  }

  async open(file: string, text: string): Promise<void> {
    const language = languageOfPath(file);
    assert.ok(language);
    this.close(file);
    const relativePath = path.relative(this.folder, file).replaceAll(path.sep, '/');
    const document = new OpenDocument(
      await this.pool.load(language),
      { path: file, relativePath },
      { version: this.version, text },
    );
    document.settle();
    this.documents.set(file, document);
  }

  /** Types another text into an open document: every match of the pattern anew, the last one first. */
  type(file: string, pattern: RegExp, replaced: (text: string) => string): void {
    const document = this.documents.get(file);
    if (document === undefined) return;
    const before = Text.of(document.content);
    const matches = [...document.content.matchAll(pattern)].reverse();
    for (const match of matches) {
      const range = {
        start: before.positionAt(match.index),
        end: before.positionAt(match.index + match[0].length),
      };
      this.version += 1;
      assert.ok(document.edit(this.version, [{ range, text: replaced(match[0]) }]));
    }
    document.settle();
  }

  close(file: string): void {
    this.documents.get(file)?.dispose();
    this.documents.delete(file);
  }

  /** What is linked, and what it makes of the operations. Files that tell services come in any order. */
  async answers(operations: readonly Operation[], random: Random): Promise<unknown> {
    const { index } = this;
    const link = await linkWorkspace({
      files: new Map(shuffled([...index.files], random)),
      documents: this.documents,
      folders: [this.folder],
      services: await readWorkspaceServices(shuffled([...index.listed], random), (file) =>
        index.placeOf(file),
      ),
    });
    const services = [...new Set(operations.map((o) => o.service))];
    const linked = link(services);
    const { attributor, routes } = linked;
    return {
      answers: operations.map((operation) => {
        const a = attributor.attribute(operation);
        return a.kind === 'owned'
          ? [`${a.owner.id}:${a.owner.declarationLine} ${a.confidence}`, a.explanation]
          : [a.explanation, ...(a.kind === 'ambiguous' ? a.candidates.map((c) => c.id) : [])];
      }),
      routes: routes.map((r) => `${r.method} ${r.path} ${r.handler.id} ${r.unresolved ?? ''}`),
      services: [...index.files.keys()].sort().map((file) => linked.servicesOf(file)),
    };
  }

  dispose(): void {
    for (const file of [...this.documents.keys()]) this.close(file);
  }
}

/** One kind of change; gives the paths that were touched on disk. */
type Change = (file: string, text: string, step: number) => readonly string[] | Promise<void>;

const otherPaths = /(['"`])\/(\w+)/g;

/** What stays valid: with syntax errors the last good functions are kept, by intent. */
function changesOf(
  followed: Followed,
  hints: ReadonlyMap<string, string>,
  random: Random,
): readonly Change[] {
  const moved = (file: string): string => file.replace(/\.(\w+)$/, 'Moved.$1');
  return [
    (file) => {
      rmSync(file, { force: true });
      return [file];
    },
    (file, text) => {
      writeFileSync(file, text);
      return [file];
    },
    (file, text, step) => {
      writeFileSync(file, text.replace(otherPaths, `$1/other${step}/$2`));
      return [file];
    },
    (file, text) => {
      const names = text.match(/\b(?:function|def|class)\s+(\w+)/g) ?? [];
      const chosen = names[random(names.length || 1)]?.split(/\s+/)[1];
      writeFileSync(file, chosen === undefined ? text : text.replaceAll(chosen, 'renamed'));
      return [file];
    },
    (file, text) => {
      writeFileSync(file, text);
      renameSync(file, moved(file));
      return [file, moved(file)];
    },
    // In the editor: opened, typed into without being saved, closed again.
    async (file, text) => followed.open(file, text),
    async (file, text, step) => {
      await followed.open(file, text);
      followed.type(
        file,
        otherPaths,
        (found) => `${found.slice(0, 1)}/typed${step}${found.slice(1)}`,
      );
    },
    async (file, text) => {
      await followed.open(file, text);
      followed.type(file, /\n(?=\S)/g, () => '\n\n');
    },
    async (file) => {
      followed.close(file);
    },
    // Files that tell services: gone, or written last.
    () => {
      const [name, content] = [...hints][random(hints.size)] ?? [];
      if (name === undefined || content === undefined) return [];
      if (random(2) === 0) rmSync(name, { force: true });
      else writeFileSync(name, content);
      return [name];
    },
  ];
}

/** Runs `read` while the files that are open have on disk what was typed into them. */
async function saved({ index, documents }: Followed, read: () => Promise<void>): Promise<void> {
  const before = new Map<string, string>();
  for (const [file, { content }] of documents) {
    // One that was deleted below its editor is no part of the workspace.
    if (!index.files.has(file)) continue;
    before.set(file, readFileSync(file, 'utf8'));
    writeFileSync(file, content);
  }
  await read();
  for (const [file, text] of before) writeFileSync(file, text);
}

const stepsOfFixture = 4;

describe(`an index that follows changes (${again})`, function () {
  this.timeout(120_000);
  let pool: ParserPool;
  before(() => {
    pool = testPool();
  });
  after(() => {
    pool.dispose();
  });

  for (const [place, fixture] of readdirSync(fixtures).sort().entries())
    it(`answers like one made from scratch: ${fixture}`, async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'prodlens-incremental-'));
      cpSync(path.join(fixtures, fixture), folder, { recursive: true });
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .sort();
      const textsOf = (wanted: (file: string) => boolean): ReadonlyMap<string, string> =>
        new Map(files.filter(wanted).map((file) => [file, readFileSync(file, 'utf8')]));
      const texts = textsOf((file) => languageOfPath(file) !== undefined);
      const hints = textsOf((file) =>
        isHint(path.relative(folder, file).replaceAll(path.sep, '/')),
      );
      const expected = readExpected(fixture);
      const operations = expected.operations.map((row) => operationOf(expected, row, noTables));
      const random = numbersFrom(seedOfRun + place);
      const followed = new Followed(folder, pool);
      const changes = changesOf(followed, hints, random);
      const done: string[] = [];
      try {
        await followed.index.start(never);
        for (let step = 0; step < stepsOfFixture; step += 1) {
          const [file = '', text = ''] = [...texts][random(texts.size)] ?? [];
          const kind = random(changes.length);
          done.push(`${kind} ${path.relative(folder, file)}`);
          const touched = await changes[kind]?.(file, text, step);
          await followed.index.update(touched ?? [], never);
          const scratch = new Followed(folder, pool);
          await saved(followed, () => scratch.index.start(never));
          assert.deepEqual(
            await followed.answers(operations, random),
            await scratch.answers(operations, random),
            `${done.join(', ')}; ${again}`,
          );
        }
      } finally {
        followed.dispose();
        await rm(folder, { recursive: true, force: true });
      }
    });
});
