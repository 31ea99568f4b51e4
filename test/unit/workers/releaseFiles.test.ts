import assert from 'node:assert/strict';
import { serviceKey } from '../../../src/domain/service.ts';
import { Baselines } from '../../../src/symbols/drift/baselines.ts';
import { ReleaseFiles } from '../../../src/workers/releaseFiles.ts';

const release = { service: serviceKey('shop'), version: '1' };
const given = [{ commit: 'c1', text: '', releases: [release] }];

const newFiles = (open: readonly string[] = []) => {
  const dropped: string[] = [];
  let asked = 0;
  const files = new ReleaseFiles({
    documents: { now: (path: string) => (open.includes(path) ? {} : undefined) } as never,
    baselines: new Baselines(),
    read: () => Promise.resolve({ text: '', functions: [], parse: () => [] }),
    functionsIn: () => [],
    onWanted: () => {
      asked += 1;
    },
    onDropped: (paths) => dropped.push(...paths),
  });
  return { files, dropped, asked: () => asked };
};

describe('files as releases have them', () => {
  it('announce which texts had to go, and want them anew when they are needed', async () => {
    const { files, dropped, asked } = newFiles(['/w/open.js']);
    for (const path of ['/w/open.js', '/w/a.js']) {
      files.want(path, release);
      await files.take(path, given);
    }
    for (let i = 0; i < 299; i++) await files.take(`/w/${i}.js`, given);
    assert.deepEqual(dropped, ['/w/a.js']);
    assert.deepEqual(
      files.wanted.map(({ path }) => path),
      ['/w/open.js'],
    );
    assert.equal(asked(), 2);
    assert.equal(files.releaseFile('/w/a.js', release), undefined);
    assert.equal(asked(), 3);
    assert.deepEqual(
      files.wanted.map(({ path }) => path),
      ['/w/open.js', '/w/a.js'],
    );
    await files.take('/w/a.js', given);
    assert.deepEqual(files.releaseFile('/w/a.js', release)?.functions, []);
  });

  /** Only what is still waited for can be told; how often each question was asked. */
  it('are waited for until they are there, or nobody waits any more', async () => {
    const { files } = newFiles();
    const waiting = (): number => (files as unknown as { waiting: Set<unknown> }).waiting.size;
    let questions = 0;
    const ask = (...paths: string[]) => {
      return () => {
        questions += 1;
        for (const path of paths) files.releaseFile(path, release);
        return questions;
      };
    };
    const stop = new AbortController();
    const both = files.thoroughly(ask('/w/a.js', '/w/b.js'), stop.signal);
    const aborted = files.thoroughly(ask('/w/c.js'), stop.signal);
    assert.equal(waiting(), 2);
    await files.take('/w/a.js', given);
    assert.equal(waiting(), 2);
    await files.take('/w/b.js', given);
    assert.equal(waiting(), 1);
    assert.equal(await both, 3);
    stop.abort();
    assert.equal(waiting(), 0);
    assert.equal(await aborted, 4);
    assert.equal(await files.thoroughly(ask('/w/d.js'), stop.signal), 5, 'asked once');
    assert.equal(waiting(), 0);
  });
});
