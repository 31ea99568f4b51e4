import assert from 'node:assert/strict';
import { receivedSpans, type ReleaseState } from '../../../src/domain/release.ts';
import { unixMillis } from '../../../src/domain/units.ts';
import { beginningOf } from '../../../src/releases/beginning.ts';

const minute = 60_000;
const at = 1_790_000_000_000;
const release = (version: string, from: number, to: number): ReleaseState => ({
  version,
  run: 0,
  running: true,
  firstSeen: unixMillis(at + from * minute),
  lastSeen: unixMillis(at + to * minute),
});

describe('the first call of a release', () => {
  const now = release('2', 0, 5);
  const of = (before: ReleaseState, source = receivedSpans) =>
    beginningOf({ source, releases: [now, before] }, now);

  it('is known where spans of the release before it came until then', () => {
    assert.equal(of(release('1', -60, 0)), at);
    assert.equal(of(release('1', -60, 4)), at);
  });

  it('is unknown where nothing was seen just before, or the source’s times are coarse', () => {
    assert.equal(beginningOf({ source: receivedSpans, releases: [now] }, now), undefined);
    assert.equal(of(release('1', -60, -2)), undefined);
    assert.equal(of(release('1', -0.5, 4)), undefined);
    assert.equal(of(release('1', -60, 4), 'span metrics of Prometheus'), undefined);
  });
});
