import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import path from 'node:path';
import { decodeConnection } from '../../../src/config/schemaConnection.ts';
import type { Failure, Result } from '../../../src/domain/result.ts';
import { signInOf } from '../../../src/platform/connectionSignIn.ts';
import { createProcessRunner } from '../../../src/platform/process.ts';
import { ConnectionSecrets, secretsOf } from '../../../src/platform/secrets.ts';
import { decodeToken } from '../../../src/platform/tokenOutput.ts';
import { TokenPrograms } from '../../../src/platform/tokenPrograms.ts';

const origin = 'https://prometheus.test';
const to = { origin };
const failureOf = (result: Result<unknown>): Failure => {
  assert.ok(!result.ok);
  assert.doesNotMatch(JSON.stringify(result.failure), /s3cret/);
  return result.failure;
};
const printing = (script: string) =>
  ({ type: 'command', command: [process.execPath, '-e', script] }) as const;

function stage(approved = true) {
  const time = { now: 1_000_000 };
  let runs = 0;
  const runner = createProcessRunner({ workspaceFolders: () => [] });
  const programs = new TokenPrograms({
    processes: {
      run: (request, signal) => {
        runs += 1;
        return runner.run(request, signal);
      },
    },
    approved: (asked, argv) =>
      approved &&
      asked.origin === origin &&
      asked.caFile === undefined &&
      argv[0] === process.execPath,
    now: () => time.now,
  });
  return { programs, time, runs: () => runs };
}

describe('programs that print a token', function () {
  this.timeout(60_000);

  it('are run once for all that ask, until the token ends', async () => {
    const { programs, time, runs } = stage();
    const auth = printing('console.log(JSON.stringify({access_token: "t0ken", expires_in: 600}))');
    const [one, two] = await Promise.all([programs.headers(to, auth), programs.headers(to, auth)]);
    assert.deepEqual(one, { ok: true, value: { Authorization: 'Bearer t0ken' } });
    assert.deepEqual(two, one);
    time.now += 560_000;
    await programs.headers(to, auth);
    assert.equal(runs(), 1);
    time.now += 20_000;
    await programs.headers(to, { ...auth, header: 'X-Token' });
    assert.equal(runs(), 2, 'half a minute before its end');
    assert.deepEqual(await programs.headers(to, { ...auth, header: 'X-Token' }), {
      ok: true,
      value: { 'X-Token': 't0ken' },
    });
  });

  it('are run again when the backend refuses the token, but not at once', async () => {
    const { programs, time, runs } = stage();
    const auth = printing('console.log("t0ken")');
    await programs.headers(to, auth);
    const sent = { Authorization: 'Bearer t0ken' };
    assert.equal(programs.refused(to, auth, sent), false);
    time.now += 15_000;
    assert.equal(programs.refused(to, auth, sent), true);
    await programs.headers(to, auth);
    assert.equal(runs(), 2);
  });

  it('are run again after all was forgotten, also where one was running then', async () => {
    const { programs, runs } = stage();
    const auth = printing('console.log("t0ken")');
    const running = programs.headers(to, auth);
    programs.forget();
    await running;
    await programs.headers(to, auth);
    assert.equal(runs(), 2, 'it may have been another’s token');
    await programs.headers(to, auth);
    assert.equal(runs(), 2);
  });

  it('are run once for all requests whose token was refused', async () => {
    const { programs, time, runs } = stage();
    const auth = printing('console.log("t0ken" + process.pid)');
    const old = await programs.headers(to, auth);
    assert.ok(old.ok);
    time.now += 15_000;
    assert.equal(programs.refused(to, auth, old.value), true);
    assert.equal(programs.refused(to, auth, old.value), true, 'before the program runs');
    const running = programs.headers(to, auth);
    assert.equal(programs.refused(to, auth, old.value), true, 'while it runs');
    const renewed = await running;
    assert.equal(programs.refused(to, auth, old.value), true, 'where another is held');
    assert.deepEqual(await programs.headers(to, auth), renewed);
    assert.ok(renewed.ok);
    assert.equal(programs.refused(to, auth, renewed.value), false, 'a new one, refused');
    assert.equal(runs(), 2);
  });

  it('run only where a person agreed, for that address', async () => {
    const { programs, runs } = stage();
    const auth = printing('console.log("t0ken")');
    for (const [there, how] of [
      [{ origin: 'https://elsewhere.test' }, auth],
      [to, { type: 'command', command: ['other', '-e', '1'] }],
    ] as const) {
      const failure = failureOf(await programs.headers(there, how));
      assert.equal(failure.reason, 'refused');
      assert.match(failure.remedy ?? '', /Select Environment/);
    }
    assert.equal(runs(), 0);
  });

  it('say what went wrong without what they printed, and rest after it', async () => {
    const { programs, runs } = stage();
    const cases = [
      [
        'console.log("s3" + "cret"); console.error("You are not signed in."); process.exit(1)',
        /exit code 1\.$/,
      ],
      ['console.error("s3" + "cret"); process.exit(2)', /exit code 2\.$/],
      ['console.log("s3" + "cret two words")', /more than a token/],
      ['', /printed nothing/],
      ['console.log(JSON.stringify({other: "s3" + "cret"}))', /JSON without one/],
      ['process.stdout.write(("s3" + "cret").repeat(20000))', /printed more than it may/],
    ] as const;
    for (const [script, message] of cases) {
      const failure = failureOf(await programs.headers(to, printing(script)));
      assert.match(failure.message, message);
      assert.ok((failure.remedy ?? '') !== '' || failure.message.includes('more than it may'));
    }
    failureOf(await programs.headers(to, printing('')));
    assert.equal(runs(), cases.length);
  });

  it('may print JSON as cloud programs do, and tokens that tell their own end', () => {
    const end = Date.parse('2027-01-01T00:00:00Z');
    const jwt = (claims: unknown) =>
      `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    const own = jwt({ exp: end / 1000 });
    for (const [output, token, expires] of [
      ['t0ken\n', 't0ken', undefined],
      [own, own, end],
      [{ status: { token: 'k8s', expirationTimestamp: '2027-01-01T00:00:00Z' } }, 'k8s', end],
      [{ accessToken: 'az', expires_on: end / 1000, expiresOn: '2026-01-01' }, 'az', end],
      [
        { credential: { access_token: 'gcloud', token_expiry: '2027-01-01T00:00:00Z' } },
        'gcloud',
        end,
      ],
      [{ access_token: 'oauth', expires_in: 60 }, 'oauth', 61_000],
    ] as const) {
      const text = typeof output === 'string' ? output : JSON.stringify(output);
      assert.deepEqual(decodeToken(text, 1_000), {
        ok: true,
        value: expires === undefined ? { token } : { token, expires },
      });
    }
  });
});

describe('how a connection signs in', () => {
  const decode = (entry: Readonly<Record<string, unknown>>) => {
    const decoded = decodeConnection({ kind: 'prometheus', url: origin, ...entry }, ['prometheus']);
    assert.ok('url' in decoded, JSON.stringify(decoded));
    return decoded;
  };
  const kept = new Map<string, string>();
  const secrets = new ConnectionSecrets({
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
  });

  it('joins plain headers, secret ones and a token', async () => {
    const connection = decode({
      auth: printing('console.log("t0ken")'),
      headers: { 'X-Scope-OrgID': 'team-a' },
      secretHeaders: ['CF-Access-Client-Secret'],
    });
    const how = signInOf(connection, { secrets, tokens: stage().programs });
    assert.equal(failureOf(await how.headers()).reason, 'refused');
    const [place] = await secrets.missing(connection);
    assert.deepEqual(place?.what, { type: 'header', name: 'CF-Access-Client-Secret' });
    await secrets.keep(place, 'hidden');
    assert.deepEqual(await secrets.missing(connection), []);
    assert.deepEqual(await how.headers(), {
      ok: true,
      value: {
        'X-Scope-OrgID': 'team-a',
        'CF-Access-Client-Secret': 'hidden',
        Authorization: 'Bearer t0ken',
      },
    });
    assert.deepEqual(how.plainHeaders, { 'X-Scope-OrgID': 'team-a' });
  });

  it('finds certificates below the home folder, and their passphrase in the secret storage', async () => {
    const connection = decode({
      tls: { caFile: '~/ca.pem', pfxFile: '/etc/me.pfx', passphrase: true },
    });
    const { certificates } = signInOf(connection, { secrets, tokens: stage().programs });
    assert.deepEqual(certificates?.files, {
      caFile: path.join(homedir(), 'ca.pem'),
      pfxFile: '/etc/me.pfx',
    });
    assert.equal(failureOf(await certificates.passphrase()).reason, 'refused');
    const [place] = secretsOf(connection);
    assert.ok(place !== undefined);
    await secrets.keep(place, 'word');
    assert.deepEqual(await certificates.passphrase(), { ok: true, value: 'word' });
    const moved = { ...connection, url: 'https://elsewhere.test' };
    assert.equal((await secrets.missing(moved)).length, 1, 'another address gets none');
  });

  it('gives secrets to a server that another authority vouches for only when they were given for it', async () => {
    const signed = decode({ auth: { type: 'bearer' } });
    const [place] = secretsOf(signed);
    assert.ok(place !== undefined);
    await secrets.keep(place, 'word');
    const vouched = decode({ auth: { type: 'bearer' }, tls: { caFile: '/workspace/own.pem' } });
    const [other] = await secrets.missing(vouched);
    assert.ok(other !== undefined);
    assert.equal(failureOf(await secrets.headers(vouched)).reason, 'refused');
    await secrets.keep(other, 'another');
    assert.deepEqual(await secrets.headers(signed), {
      ok: true,
      value: { Authorization: 'Bearer word' },
    });
    assert.equal((await secrets.missing({ ...vouched, tls: { caFile: '/other.pem' } })).length, 1);
  });

  it('runs a program for a server that another authority vouches for only when it was approved for it', async () => {
    const { programs, runs } = stage();
    const auth = printing('console.log("t0ken")');
    await programs.headers(to, auth);
    assert.equal((await programs.headers({ origin, caFile: '/own.pem' }, auth)).ok, false);
    assert.equal(runs(), 1);
  });

  it('refuses what can’t be meant', () => {
    for (const [entry, part] of [
      [{ headers: { Authorization: 'Bearer x' } }, /^headers/],
      [{ headers: { 'X-Api-Key': 'x' } }, /^headers/],
      [{ headers: { Host: 'x' } }, /^headers/],
      [{ headers: { 'X-Tenant': 'a\r\nB: c' } }, /^headers/],
      [{ secretHeaders: ['Proxy-Authorization'] }, /^secretHeaders/],
      [{ auth: { type: 'command', command: [] } }, /^auth/],
      [{ auth: { type: 'command', command: 'gcloud auth' } }, /^auth/],
      [{ tls: { caFile: 'ca.pem' } }, /^tls/],
      [{ tls: { certFile: '/a' } }, /^tls/],
      [{ tls: { certFile: '/a', keyFile: '/a', pfxFile: '/b' } }, /^tls/],
      [{ tls: { insecureSkipVerify: true } }, /^tls/],
      [{ url: 'http://h', tls: { caFile: '/a' } }, /^tls/],
    ] as const) {
      const value = { kind: 'prometheus', url: origin, ...entry };
      const decoded = decodeConnection(value, ['prometheus']);
      assert.ok('part' in decoded, JSON.stringify(entry));
      assert.match(decoded.part, part);
      assert.doesNotMatch(decoded.message, /Bearer x/);
    }
  });
});
