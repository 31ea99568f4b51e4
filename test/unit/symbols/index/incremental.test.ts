import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Operation } from '../../../../src/domain/operation.ts';
import { WorkspaceIndex } from '../../../../src/symbols/index/workspaceIndex.ts';
import { languageOfPath } from '../../../../src/symbols/languages/registry.ts';
import type { ParserPool } from '../../../../src/symbols/parser/parserPool.ts';
import { linkWorkspace } from '../../../../src/workers/linkedWorkspace.ts';
import { isHint, readWorkspaceServices } from '../../../../src/workers/workspaceServices.ts';
import { fixtures, noTables, operationOf, readExpected } from '../../attribution/expectations.ts';
import { testPool } from '../grammars.ts';

/** Numbers that look random and are the same in every run (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const never = new AbortController().signal;

/** An index of a folder, as the index worker keeps it. */
function indexOf(folder: string, pool: ParserPool): WorkspaceIndex {
  return new WorkspaceIndex({
    folders: [{ path: folder, exclude: [] }],
    pool,
    alsoList: isHint,
    onChange: () => undefined,
  });
}

/** What is linked of an index, and what it makes of the operations. */
async function answersOf(
  index: WorkspaceIndex,
  folder: string,
  operations: readonly Operation[],
): Promise<unknown> {
  const link = await linkWorkspace({
    files: index.files,
    documents: [],
    folders: [folder],
    services: await readWorkspaceServices([...index.listed], (file) => index.placeOf(file)),
  });
  const { attributor, routes } = link([...new Set(operations.map((o) => o.service))]);
  return {
    answers: operations.map((operation) => {
      const a = attributor.attribute(operation);
      return a.kind === 'owned'
        ? `${a.owner.id}:${a.owner.declarationLine} ${a.confidence}`
        : [a.explanation, ...(a.kind === 'ambiguous' ? a.candidates.map((c) => c.id) : [])];
    }),
    routes: routes.map((r) => `${r.method} ${r.path} ${r.handler.id} ${r.unresolved ?? ''}`),
  };
}

describe('an index that follows changes', function () {
  this.timeout(120_000);
  let pool: ParserPool;
  before(() => {
    pool = testPool();
  });
  after(() => {
    pool.dispose();
  });

  for (const fixture of readdirSync(fixtures).sort())
    it(`answers like one made from scratch: ${fixture}`, async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'prodlens-incremental-'));
      cpSync(path.join(fixtures, fixture), folder, { recursive: true });
      const sources = (readdirSync(folder, { recursive: true }) as string[])
        .filter((name) => languageOfPath(name) !== undefined)
        .sort();
      const texts = new Map(
        sources.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
      );
      const expected = readExpected(fixture);
      const operations = expected.operations.map((row) => operationOf(expected, row, noTables));
      const random = numbersFrom(7);
      const followed = indexOf(folder, pool);
      try {
        await followed.start(never);
        for (let step = 0; step < 3; step += 1) {
          const name = sources[random(sources.length)] ?? '';
          const file = path.join(folder, name);
          const other = path.join(folder, name.replace(/\.(\w+)$/, 'Moved.$1'));
          const text = texts.get(name) ?? '';
          // What stays valid: with syntax errors the last good functions are kept, by intent.
          const changes: readonly (() => void)[] = [
            () => {
              rmSync(file, { force: true });
            },
            () => {
              writeFileSync(file, text);
            },
            () => {
              writeFileSync(file, text.replace(/(['"`])\/(\w+)/g, `$1/other${step}/$2`));
            },
            () => {
              const names = text.match(/\b(?:function|def|class)\s+(\w+)/g) ?? [];
              const chosen = names[random(names.length || 1)]?.split(/\s+/)[1];
              writeFileSync(file, chosen === undefined ? text : text.replaceAll(chosen, 'renamed'));
            },
            () => {
              writeFileSync(file, text);
              renameSync(file, other);
            },
          ];
          changes[random(changes.length)]?.();
          await followed.update([file, other], never);
          const scratch = indexOf(folder, pool);
          await scratch.start(never);
          assert.deepEqual(
            await answersOf(followed, folder, operations),
            await answersOf(scratch, folder, operations),
            `step ${step}: ${name}`,
          );
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
});
