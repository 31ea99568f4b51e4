import assert from 'node:assert/strict';
import { isAtOrBelow } from '../../../src/http/address.ts';

describe('an address', () => {
  it('is at another one or below its path, not where its last name only begins alike', () => {
    const base = 'http://grafana.test/api/datasources/proxy/uid/a';
    for (const [url, is] of [
      [base, true],
      [`${base}/prometheus`, true],
      [`${base}b`, false],
      ['http://grafana.test', false],
    ] as const)
      assert.equal(isAtOrBelow(url, base), is, url);
  });
});
