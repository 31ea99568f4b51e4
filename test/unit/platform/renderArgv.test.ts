import assert from 'node:assert/strict';
import { renderArgv } from '../../../src/platform/renderArgv.ts';

describe('a command line shown for approval', () => {
  it('is whole, however long', () => {
    const argv = ['/bin/deploy', ...Array.from({ length: 64 }, (_, i) => `${'x'.repeat(100)}${i}`)];
    assert.equal(renderArgv(argv), argv.join(' '));
  });

  it('shows where each word ends', () => {
    assert.notEqual(renderArgv(['a b', 'c']), renderArgv(['a', 'b', 'c']));
    assert.notEqual(renderArgv(['a', '']), renderArgv(['a']));
    assert.equal(renderArgv(['sh', '-c', 'a; b']), 'sh -c "a; b"');
  });

  it('hides and reorders nothing', () => {
    assert.equal(
      renderArgv(['a\u202eb', 'c\nd', 'e\u200bf', 'g\u2028']),
      '"a\\u{202e}b" "c\\nd" "e\\u{200b}f" "g\\u{2028}"',
    );
  });
});
