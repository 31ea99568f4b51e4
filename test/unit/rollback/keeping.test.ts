import assert from 'node:assert/strict';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { unixMillis } from '../../../src/domain/units.ts';
import { Journal } from '../../../src/rollback/journal.ts';
import type { JournalEntry } from '../../../src/rollback/ports.ts';
import { lockTarget } from '../../../src/rollback/singleFlight.ts';
import { removeTemporaryFolders, target, temporaryFolder } from './builders.ts';

const entry = (id: string): JournalEntry => ({
  at: unixMillis(1),
  id,
  event: 'started',
  environment: 'production',
  target: 't',
  service: 's',
});

describe('rollback journal', () => {
  afterEach(removeTemporaryFolders);

  it('appends, private to the person, and reads back in order', async () => {
    const folder = await temporaryFolder();
    await new Journal(folder).append(entry('a'));
    await new Journal(folder).append(entry('b'));
    const { entries, unreadable } = await new Journal(folder).read();
    assert.deepEqual([entries.map((e) => e.id), unreadable], [['a', 'b'], 0]);
    const { mode } = await stat(path.join(folder, 'rollback-journal.ndjson'));
    assert.equal(mode & 0o777, 0o600);
  });

  it('loses only the line that a crash cut short', async () => {
    const folder = await temporaryFolder();
    const journal = new Journal(folder);
    await journal.append(entry('a'));
    await appendFile(path.join(folder, 'rollback-journal.ndjson'), '{"at":1,"id":"b');
    await journal.append(entry('c'));
    const { entries, unreadable } = await journal.read();
    assert.deepEqual([entries.map((e) => e.id), unreadable], [['a', 'c'], 1]);
  });
});

describe('single flight', () => {
  afterEach(removeTemporaryFolders);

  it('refuses a second rollback of a target and names who is at it', async () => {
    const folder = await temporaryFolder();
    const first = await lockTarget(folder, target({}), 'window one', Date.now());
    const second = await lockTarget(folder, target({}), 'window two', Date.now());
    assert.ok(first.ok && !second.ok);
    assert.equal(second.failure.reason, 'busy');
    assert.match(second.failure.message, /window one/);
    const other = await lockTarget(folder, target({}, { name: 'other' }), 'window two', Date.now());
    assert.ok(other.ok);
    await first.value.release();
    assert.ok((await lockTarget(folder, target({}), 'window two', Date.now())).ok);
  });

  it('takes over a lock whose process is gone, and one that is too old', async () => {
    const folder = await temporaryFolder();
    const now = Date.now();
    assert.ok((await lockTarget(folder, target({}), 'x', now)).ok);
    const file = path.join(folder, String(readdirSync(folder)[0]));
    const holder = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...holder, pid: 2 ** 22 + 1 }));
    assert.ok((await lockTarget(folder, target({}), 'y', now)).ok);
    assert.ok((await lockTarget(folder, target({}), 'z', now + 3 * 3_600_000)).ok);
  });

  it('only one of many at once gets it', async () => {
    const folder = await temporaryFolder();
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, i) => lockTarget(folder, target({}), `w${i}`, Date.now())),
    );
    assert.equal(tries.filter((t) => t.ok).length, 1);
  });
});
