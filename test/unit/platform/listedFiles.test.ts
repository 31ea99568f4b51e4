import assert from 'node:assert/strict';
import { ListedFiles } from '../../../src/platform/listedFiles.ts';

describe('files that git lists', () => {
  const folder = (...files: string[]) => ({ path: '/w', exclude: [], files });

  it('has git asked once for a path that it never spoke of', () => {
    const listed = new ListedFiles();
    listed.take([folder('a.ts')]);
    assert.deepEqual(listed.unknown(['/w/a.ts', '/w/dist/a.js', '/elsewhere/b.ts']), [
      '/w/dist/a.js',
    ]);
    listed.take([folder('a.ts', 'new.ts')], ['/w/dist/a.js', '/w/new.ts']);
    assert.deepEqual(listed.unknown(['/w/dist/a.js', '/w/new.ts']), []);
    assert.deepEqual(
      [listed.isIgnored('/w/dist/a.js'), listed.isIgnored('/w/new.ts')],
      [true, false],
    );
  });

  it('forgets what was ignored when all is listed again', () => {
    const listed = new ListedFiles();
    listed.take([folder('a.ts')], ['/w/lib/b.ts']);
    listed.take([folder('a.ts', 'lib/b.ts')]);
    assert.equal(listed.isIgnored('/w/lib/b.ts'), false);
  });

  it('has nothing to ask where no folder is a repository', () => {
    const listed = new ListedFiles();
    listed.take([{ path: '/w', exclude: [] }]);
    assert.deepEqual(listed.unknown(['/w/a.ts']), []);
  });
});
