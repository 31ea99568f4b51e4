import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePrivateFolder } from '../../../../src/telemetry/local/storage/privateFolder.ts';
import { SnapshotFile } from '../../../../src/telemetry/local/storage/snapshotFile.ts';

describe('snapshot file', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'prodlens-snapshot-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('replaces the whole file, closed to others, and leaves nothing else', async () => {
    const file = new SnapshotFile(folder);
    assert.equal(await file.read(), undefined);
    await file.write(Buffer.from('one'));
    await Promise.all([file.write(Buffer.from('two')), file.write(Buffer.from('two'))]);
    assert.equal(Buffer.from((await file.read()) ?? []).toString(), 'two');
    assert.deepEqual(readdirSync(folder), ['receiver.snapshot']);
    if (process.platform !== 'win32')
      assert.equal(statSync(path.join(folder, 'receiver.snapshot')).mode & 0o777, 0o600);
  });

  it('keeps the old one when the new one can not be written', async () => {
    const file = new SnapshotFile(folder);
    await file.write(Buffer.from('old'));
    // A folder in the way of the rename: it fails at the last step.
    rmSync(path.join(folder, 'receiver.snapshot'));
    mkdirSync(path.join(folder, 'receiver.snapshot', 'x'), { recursive: true });
    await assert.rejects(file.write(Buffer.from('new')));
    assert.deepEqual(readdirSync(folder), ['receiver.snapshot']);
  });

  it('sets damaged ones aside, keeps the latest three, and removes all when asked', async () => {
    const file = new SnapshotFile(folder);
    for (let at = 1; at <= 5; at++) {
      await file.write(Buffer.from('bad'));
      await file.setAside(at);
    }
    const damaged = (at: number) => `receiver.snapshot.damaged-${at}`;
    assert.deepEqual(readdirSync(folder).sort(), [damaged(3), damaged(4), damaged(5)]);
    await file.write(Buffer.from('good'));
    await file.remove();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('refuses a folder that is a link to somewhere else', async function () {
    if (process.platform === 'win32') {
      console.log('      links need rights on Windows: not tried');
      return;
    }
    mkdirSync(path.join(folder, 'target'));
    symlinkSync(path.join(folder, 'target'), path.join(folder, 'link'));
    assert.ok(!(await ensurePrivateFolder(path.join(folder, 'link'))).ok);
    mkdirSync(path.join(folder, 'wide'), { mode: 0o755 });
    assert.ok((await ensurePrivateFolder(path.join(folder, 'wide'))).ok);
    assert.equal(statSync(path.join(folder, 'wide')).mode & 0o777, 0o700);
  });
});
