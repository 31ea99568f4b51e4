import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { Failure, Result } from '../../../src/domain/result.ts';
import { ok } from '../../../src/domain/result.ts';
import { jsonOf } from '../../../src/http/answerFailure.ts';
import type { Certificates } from '../../../src/http/certificates.ts';
import { certificatesOf, type CertificateFiles } from '../../../src/http/certificateFiles.ts';
import { createExchange, type HttpAnswer } from '../../../src/http/exchange.ts';
import {
  createAuthority,
  selfSigned,
  type Certificate,
  type CertificateOptions,
} from '../../certificates.ts';
import { createPfx } from '../../network/pfx.ts';
import { startTlsServer } from '../../network/tlsServer.ts';

describe('certificates of a connection', function () {
  this.timeout(60_000);
  const never = new AbortController().signal;
  const local = ['127.0.0.1'];
  let [authority, other]: Awaited<ReturnType<typeof createAuthority>>[] = [];
  let [server, client]: Certificate[] = [];
  let folder = '';
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    authority = await createAuthority();
    other = await createAuthority('Another authority');
    server = await authority.issue({ hosts: local });
    client = await authority.issue({});
    folder = await mkdtemp(path.join(tmpdir(), 'prodlens-tls-'));
  });
  afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));
  after(() => rm(folder, { recursive: true }));

  const the = <T>(made: T | undefined): T => {
    assert.ok(made !== undefined);
    return made;
  };
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const place = path.join(folder, name);
    await writeFile(place, content);
    return place;
  };
  const serve = async (options: TlsOptions): Promise<string> => {
    const { port, stop } = await startTlsServer(options);
    stops.push(stop);
    return `https://127.0.0.1:${port}`;
  };
  const ask = (url: string, files: CertificateFiles = {}, passphrase?: string) =>
    createExchange(
      { timeout: 20_000, maxBytes: 1_000 },
      certificatesOf(files, () => Promise.resolve(ok(passphrase))),
    ).get(`${url}/?q=s3cret`, never);
  const failureOf = (result: Result<unknown>): Failure => {
    assert.ok(!result.ok, 'it answers');
    assert.doesNotMatch(JSON.stringify(result.failure), /s3cret/);
    return result.failure;
  };
  const isAnswer = (result: Result<HttpAnswer>): void => {
    assert.ok(result.ok, JSON.stringify(result));
    assert.deepEqual(jsonOf(result.value), ok({ a: 1 }));
  };
  const mutual = (): TlsOptions => ({
    ...the(server),
    ca: the(authority).cert,
    requestCert: true,
    rejectUnauthorized: true,
  });

  it('an own authority is trusted, and nothing without it', async () => {
    const url = await serve(the(server));
    const unknown = failureOf(await ask(url));
    assert.deepEqual([unknown.reason, unknown.needs], ['untrusted', 'authority']);
    assert.match(unknown.message, /comes from an unknown authority/);
    assert.match(unknown.remedy ?? '', /tls\.caFile.*system’s certificates/);
    isAnswer(await ask(url, { caFile: await file('ca.pem', the(authority).cert) }));
  });

  it('is checked also where the environment tells Node not to', async () => {
    const url = await serve(the(server));
    const caFile = await file('other.pem', the(other).cert);
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      assert.equal(failureOf(await ask(url)).reason, 'untrusted');
      assert.equal(failureOf(await ask(url, { caFile })).reason, 'untrusted');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('are waited for no longer than an answer, and not after a cancellation', async () => {
    const hanging = () => new Promise<never>(() => undefined);
    const url = 'https://127.0.0.1:9';
    const late = createExchange({ timeout: 20, maxBytes: 1_000 }, hanging);
    const failure = failureOf(await late.get(url, never));
    assert.equal(failure.reason, 'timeout');
    assert.match(failure.message, /certificates .* not read in time/);
    const controller = new AbortController();
    const cancelled = createExchange({ timeout: 20_000, maxBytes: 1_000 }, hanging).get(
      url,
      controller.signal,
    );
    controller.abort();
    assert.equal(failureOf(await cancelled).reason, 'aborted');
  });

  it('tells that the file holds another authority', async () => {
    const url = await serve(the(server));
    const caFile = await file('other.pem', the(other).cert);
    const failure = failureOf(await ask(url, { caFile }));
    assert.equal(failure.needs, 'authority');
    assert.match(failure.remedy ?? '', /holds another authority/);
  });

  it('a self-signed certificate is its own authority', async () => {
    const own = await selfSigned({ hosts: local });
    const url = await serve(own);
    const failure = failureOf(await ask(url));
    assert.match(failure.message, /is self-signed/);
    assert.equal(failure.needs, 'authority');
    isAnswer(await ask(url, { caFile: await file('self.pem', own.cert) }));
  });

  it('an expired one, one that isn’t valid yet, and one for another host are refused whatever is trusted', async () => {
    const caFile = await file('ca.pem', the(authority).cert);
    const issue = (options: CertificateOptions) => the(authority).issue(options);
    const day = 86_400_000;
    for (const [issued, message, remedy] of [
      [
        await issue({ hosts: local, until: new Date(Date.now() - day) }),
        /has expired/,
        /new certificate/,
      ],
      [
        await issue({ hosts: local, from: new Date(Date.now() + day / 2) }),
        /not valid yet/,
        /clock/,
      ],
      [
        await issue({ hosts: ['prometheus.test', 'other.test'] }),
        /for another host/,
        /It names: prometheus\.test, other\.test\./,
      ],
    ] as const) {
      const failure = failureOf(await ask(await serve(issued), { caFile }));
      assert.deepEqual([failure.reason, failure.needs], ['untrusted', undefined]);
      assert.match(failure.message, message);
      assert.match(failure.remedy ?? '', remedy);
    }
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    it(`a missing client certificate is asked for, a wrong one named, the right one taken (${version})`, async () => {
      const caFile = await file('ca.pem', the(authority).cert);
      const url = await serve({ ...mutual(), minVersion: version, maxVersion: version });
      const missing = failureOf(await ask(url, { caFile }));
      assert.deepEqual([missing.reason, missing.needs], ['untrusted', 'clientCertificate']);
      assert.match(missing.remedy ?? '', /client certificate|tls\.certFile/);

      const strange = await the(other).issue({});
      const wrong = failureOf(
        await ask(url, {
          caFile,
          certFile: await file('stranger.pem', strange.cert),
          keyFile: await file('stranger.key', strange.key),
        }),
      );
      assert.equal(wrong.needs, 'clientCertificate');
      assert.match(wrong.message, /because of the client certificate/);

      const certFile = await file('client.pem', the(client).cert);
      const keyFile = await file('client.key', the(client).key);
      isAnswer(await ask(url, { caFile, certFile, keyFile }));
    });

  it('a key and a PFX file may be encrypted', async () => {
    const caFile = await file('ca.pem', the(authority).cert);
    const encrypted = await the(authority).issue({ passphrase: 'pass-s3cret' });
    const { cert, pfx } = createPfx('pass-s3cret');
    const url = await serve({ ...mutual(), ca: [the(authority).cert, cert] });
    const certFile = await file('encrypted.pem', encrypted.cert);
    const keyFile = await file('encrypted.key', encrypted.key);
    const pfxFile = await file('client.pfx', pfx);
    for (const files of [
      { caFile, certFile, keyFile },
      { caFile, pfxFile },
    ]) {
      const place = files.pfxFile ?? keyFile;
      isAnswer(await ask(url, files, 'pass-s3cret'));
      const none = failureOf(await ask(url, files));
      assert.deepEqual([none.reason, none.needs], ['refused', 'passphrase']);
      assert.match(none.message, /is encrypted/);
      assert.ok(none.message.includes(place));
      assert.match(none.remedy ?? '', /"passphrase": true/);
      const wrong = failureOf(await ask(url, files, 'other'));
      assert.deepEqual([wrong.reason, wrong.needs], ['refused', 'passphrase']);
      assert.match(wrong.message, /passphrase .* is wrong/);
    }
  });

  it('names a file that can’t be used, before anything is sent', async () => {
    let asked = 0;
    const { port, stop } = await startTlsServer(the(server), (_, response) => {
      asked += 1;
      response.end('{}');
    });
    stops.push(stop);
    const url = `https://127.0.0.1:${port}`;
    const text = await file('text.pem', 'no certificate\n');
    const broken = await file(
      'broken.pem',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    );
    const certFile = await file('client.pem', the(client).cert);
    const keyFile = await file('client.key', the(client).key);
    const otherKey = await file('other.key', (await the(authority).issue({})).key);
    const large = await file('large.pem', 'x'.repeat(2_000_000));
    const absent = path.join(folder, 'absent.pem');
    const cases: readonly (readonly [CertificateFiles, string, RegExp])[] = [
      [{ caFile: absent }, absent, /isn’t there/],
      [{ caFile: folder }, folder, /is no file/],
      [{ caFile: text }, text, /holds no certificate in PEM form/],
      [{ caFile: broken }, broken, /can’t be read/],
      [{ caFile: large }, large, /too large/],
      [{ certFile: text, keyFile }, text, /holds no certificate/],
      [{ certFile, keyFile: text }, text, /holds no private key/],
      [{ certFile, keyFile: otherKey }, otherKey, /isn’t that of the client certificate/],
      [{ pfxFile: text }, text, /can’t be read/],
    ];
    for (const [files, place, message] of cases) {
      const failure = failureOf(await ask(url, files));
      assert.ok(failure.message.includes(place), failure.message);
      assert.match(failure.message, message);
      assert.equal(failure.needs, 'caFile' in files ? 'authority' : 'clientCertificate');
      assert.ok((failure.remedy ?? '') !== '', failure.message);
    }
    assert.equal(asked, 0);
  });

  it('reads a file again when it was replaced, and not otherwise', async () => {
    const url = await serve(the(server));
    const caFile = await file('replaced.pem', the(authority).cert);
    let passphrases = 0;
    const exchange = createExchange(
      { timeout: 20_000, maxBytes: 1_000 },
      certificatesOf({ caFile }, () => {
        passphrases += 1;
        return Promise.resolve(ok(undefined));
      }),
    );
    const together = [exchange.get(url, never), exchange.get(url, never)];
    for (const answer of await Promise.all(together)) isAnswer(answer);
    isAnswer(await exchange.get(url, never));
    assert.equal(passphrases, 1);
    await file('replaced.pem', `${the(other).cert}\n`);
    failureOf(await exchange.get(url, never));
    await file('replaced.pem', the(authority).cert);
    isAnswer(await exchange.get(url, never));
  });

  it('reads files again after a handshake that failed, also where their times tell no change', async () => {
    const url = await serve(the(server));
    const [good, bad] = [the(authority).cert, the(other).cert];
    const read: (Certificates | undefined)[] = [];
    let now = bad;
    const exchange = createExchange({ timeout: 20_000, maxBytes: 1_000 }, (failed) => {
      read.push(failed);
      return Promise.resolve(ok({ ca: failed === undefined ? bad : now }));
    });
    failureOf(await exchange.get(url, never));
    assert.deepEqual(read, [undefined, { ca: bad }], 'no more than once, and not sent again');
    now = good;
    isAnswer(await exchange.get(url, never));
    const caFile = await file('untimed.pem', bad);
    const files = certificatesOf({ caFile }, () => Promise.resolve(ok(undefined)));
    const first = await files();
    assert.ok(first.ok);
    const unchanged = await files();
    assert.ok(unchanged.ok && unchanged.value === first.value);
    const again = await files(first.value);
    assert.ok(again.ok);
    assert.notEqual(again.value, first.value, 'read anew');
    assert.deepEqual(again.value, first.value);
  });

  it('notices a copy that keeps time and length of the file before', async () => {
    const url = await serve(the(server));
    const caFile = await file('kept.pem', the(other).cert.trimEnd());
    const right = the(authority).cert.trimEnd();
    const length = Math.max(right.length, the(other).cert.trimEnd().length) + 1;
    const time = new Date(1_000_000_000_000);
    await file('kept.pem', the(other).cert.trimEnd().padEnd(length, '\n'));
    await utimes(caFile, time, time);
    const files = certificatesOf({ caFile }, () => Promise.resolve(ok(undefined)));
    const before = await files();
    const copy = await file('copy.pem', right.padEnd(length, '\n'));
    await utimes(copy, time, time);
    await rename(copy, caFile);
    const after = await files();
    assert.ok(before.ok && after.ok);
    assert.notEqual(after.value.ca, before.value.ca);
    isAnswer(await ask(url, { caFile }));
  });

  it('tells a server without TLS', async () => {
    const { createServer } = await import('node:http');
    const plain = createServer((_, response) => response.end('{}'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => plain.close(() => resolve())));
    const address = plain.address();
    assert.ok(typeof address === 'object' && address !== null);
    const failure = failureOf(await ask(`https://127.0.0.1:${address.port}`));
    assert.match(failure.message, /speaks no TLS/);
  });
});
