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

  it('masks what authenticates and the values of options in settings of environments', () => {
    const environments = [
      {
        name: 'production',
        metrics: {
          url: 'https://me:hunter2@prom.example',
          auth: { kind: 'basic', user: 'me', pass: 'hunter2' },
        },
        traces: { auth: 'hunter2', headers: { 'X-Api-Key': 'hunter2' } },
        targets: [
          {
            name: 'shop',
            list: ['/bin/deploy', '--token', 'hunter2', '--json'],
            preview: ['/bin/deploy', '--password=hunter2', 'env:API_KEY=hunter2'],
            rollBack: ['curl', '-H', 'Authorization: Bearer hunter2', '{to}'],
          },
        ],
      },
    ];
    const shown = JSON.stringify(redactData(environments));
    assert.doesNotMatch(shown, /hunter2/);
    for (const kept of [
      'production',
      'prom.example',
      'basic',
      '/bin/deploy',
      '--token',
      '--json',
      '{to}',
    ])
      assert.ok(shown.includes(kept), kept);
  });

  it('masks the value of an option in a logged command line', () => {
    assert.equal(
      redact('rollback: deploy --token hunter --to r1'),
      'rollback: deploy --token … --to r1',
    );
  });
});
