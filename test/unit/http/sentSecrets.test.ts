import assert from 'node:assert/strict';
import { fail, ok } from '../../../src/domain/result.ts';
import { withoutSent } from '../../../src/http/sentSecrets.ts';

describe('a failure that quotes a server', () => {
  const told = (text: string, headers: Readonly<Record<string, string>>): string =>
    JSON.stringify(withoutSent(fail('invalid', text, text), headers));

  it('says nothing of what was sent to sign in', () => {
    const bearer = { Authorization: 'Bearer abcdefgh' };
    assert.doesNotMatch(told('bad token abcdefgh (Bearer abcdefgh)', bearer), /abcdefgh/);
    const basic = {
      Authorization: `Basic ${Buffer.from('me:pass:word').toString('base64')}`,
      'X-Scope-OrgID': 'team-a',
    };
    const text = `no ${basic.Authorization} of me with pass:word in team-a`;
    assert.match(told(text, basic), /"no … of me with … in …"/);
  });

  it('keeps words that a tenant is called by', () => {
    const plain = { 'X-Scope-OrgID': 'prod' };
    const failure = fail('invalid', 'no abcdefgh in prod', 'Look at prodlens.environments.');
    const result = withoutSent(failure, { ...plain, Authorization: 'Bearer abcdefgh' }, plain);
    assert.deepEqual(result, fail('invalid', 'no … in prod', 'Look at prodlens.environments.'));
    const secret = withoutSent(failure, { 'X-Scope-OrgID': 'abcdefgh' }, plain);
    assert.doesNotMatch(JSON.stringify(secret), /abcdefgh/);
  });

  it('is as it was where it quotes nothing of it', () => {
    const failure = fail('invalid', 'a bad query', 'mend it');
    assert.deepEqual(
      withoutSent(failure, { Authorization: 'Bearer abcdefgh', Short: 'a' }),
      failure,
    );
    assert.deepEqual(withoutSent(ok(1), { Authorization: 'Bearer abcdefgh' }), ok(1));
  });
});
