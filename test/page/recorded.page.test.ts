import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';

import {
  projectRoot,
  startProdlens,
  VsCodeWindow,
  waitUntil,
  type Harness,
} from '../harness/page.ts';
import { freePort, temporaryWorkspace } from '../harness/workspace.ts';
import { recordedRequests, send } from '../unit/workers/replay.ts';

/** Each language, Java by HTTP and by gRPC; the recordings are of really running them (their READMEs say how). */
const names = [
  'axum-shop',
  'fastapi',
  'gin',
  'grpc-java',
  'laravel',
  'nest',
  'rails',
  'spring-clinic',
];

interface Row {
  readonly kind: string;
  readonly file: string | null;
  readonly line: number;
  readonly function: string;
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Lines of the functions that ran, by file, as the recording's own truth has them. */
function truthOf(app: string): ReadonlyMap<string, ReadonlySet<number>> {
  const folder = path.join(projectRoot(), 'test/fixtures/apps', app);
  const known = path.join(folder, 'known.json');
  const missed = existsSync(known)
    ? ((read(known) as { missed?: { function: string }[] }).missed ?? [])
    : [];
  const lines = new Map<string, Set<number>>();
  for (const row of read(path.join(folder, 'truth.json')) as Row[]) {
    if (row.file === null || !['SERVER', 'CONSUMER', 'INTERNAL'].includes(row.kind)) continue;
    if (missed.some(({ function: name }) => name === `${row.file}:${row.line}`)) continue;
    const file = path.join(app, row.file);
    lines.set(file, (lines.get(file) ?? new Set()).add(row.line));
  }
  return lines;
}

describe('recorded applications in one repository', () => {
  let workspace: Awaited<ReturnType<typeof temporaryWorkspace>>;
  let harness: Harness;
  let window: VsCodeWindow;
  before(async () => {
    workspace = await temporaryWorkspace({});
    const port = await freePort();
    const folderOf = (app: string): string => path.join(projectRoot(), 'test/fixtures/apps', app);
    for (const app of names)
      await cp(path.join(folderOf(app), 'source'), path.join(workspace.folder, app), {
        recursive: true,
      });
    harness = await startProdlens({
      workspace: workspace.folder,
      settings: {
        'prodlens.local.enabled': true,
        'prodlens.local.httpPort': port,
        'prodlens.local.grpcPort': await freePort(),
      },
    });
    window = await VsCodeWindow.open(harness);
    await waitUntil('the receiver', () =>
      fetch(`http://127.0.0.1:${port}/v1/traces`).then(
        () => true,
        () => undefined,
      ),
    );
    for (const app of names) await send(port, 'traces', recordedRequests(folderOf(app), 'traces'));
  });
  after(async () => {
    await harness.stop();
    await workspace.remove();
  });

  for (const app of names)
    it(`${app}: has numbers beside the functions that ran, and beside no other`, async () => {
      for (const [file, lines] of truthOf(app)) {
        const editor = await window.openFile(file);
        const seen = new Set<number>();
        for (const line of lines) {
          await editor.goToLine(line);
          await editor.waitForLineEnd(line, /p95/, 60_000);
          for (const [at, { text }] of await editor.lineEnds())
            if (text.includes('p95')) seen.add(at);
        }
        assert.deepEqual([...seen].sort(byNumber), [...lines].sort(byNumber), file);
      }
    });
});

const byNumber = (a: number, b: number): number => a - b;
