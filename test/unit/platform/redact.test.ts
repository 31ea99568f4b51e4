import assert from 'node:assert/strict';
import { redact, redactData } from '../../../src/platform/redact.ts';

describe('redaction', () => {
  for (const [name, text] of [
    ['a bearer token', 'Authorization: Bearer abcDEF123456.SECRET'],
    ['basic credentials', 'curl -H "authorization: Basic dXNlcjpTRUNSRVQ="'],
    ['a cookie line', 'Cookie: session=SECRET; other=SECRET'],
    ['user and password of a URL', 'https://user:SECRET@example.test/x'],
    ['a token of a query', 'GET /x?access_token=SECRET&page=2'],
    ['a password option', '--password=SECRET'],
    ['an API key in JSON', '{"apiKey": "SECRET", "n": 1}'],
    ['an API key with a quote in JSON', '{"x-api-key": "a\\"SECRET"}'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----'],
    ['a JSON web token', 'got eyJhbGciOiJI.eyJSECRETxxx.SECRETsig'],
    ['a token with its maker’s prefix', 'using ghp_SECRETSECRET1234'],
  ] as const)
    it(`masks ${name}`, () => {
      assert.doesNotMatch(redact(text), /SECRET|dXNlcj/);
    });

  it('leaves ordinary text as it is', () => {
    const text = 'the index read 12 files of /srv/app in 3 ms; tokens of a line are not secret';
    assert.equal(redact(text), text);
  });

  it('shows control and direction characters, and cuts', () => {
    assert.equal(redact('a\u001b[31mb\u202ec'), 'a\\u001b[31mb\\u202ec');
    assert.ok(redact('x'.repeat(100), 10).startsWith('xxxxxxxxxx…'));
  });

  it('masks values of secret names in data', () => {
    assert.deepEqual(
      redactData({ auth: { token: 'SECRET', user: 'me' }, list: ['Bearer SECRET99'] }),
      {
        auth: { token: '…', user: 'me' },
        list: ['Bearer …'],
      },
    );
  });
});
