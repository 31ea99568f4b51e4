import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Failure, Result } from '../../../src/domain/result.ts';
import { ok } from '../../../src/domain/result.ts';
import { jsonOf } from '../../../src/http/answerFailure.ts';
import { certificatesOf, type CertificateFiles } from '../../../src/http/certificateFiles.ts';
import { createExchange } from '../../../src/http/exchange.ts';
import type { ForwardProxyOptions } from '../../network/forwardProxy.ts';
import { startForwardProxy } from '../../network/forwardProxy.ts';
import { createAuthority } from '../../certificates.ts';
import { startTlsServer } from '../../network/tlsServer.ts';
import { patchNetwork, type NetworkSettings } from '../../network/vscodeNetwork.ts';
import { deadAddress } from './localServers.ts';

describe('proxies and the system’s certificates, as VS Code sets them', function () {
  this.timeout(60_000);
  const never = new AbortController().signal;
  const host = 'prometheus.test';
  let authority: Awaited<ReturnType<typeof createAuthority>>;
  const undo: (() => unknown)[] = [];
  const seen: string[] = [];
  const closing: (() => unknown)[] = [];
  let ports = { https: 0, http: 0 };
  let folder = '';

  before(async () => {
    authority = await createAuthority();
    folder = await mkdtemp(path.join(tmpdir(), 'prodlens-proxy-'));
    await writeFile(path.join(folder, 'ca.pem'), authority.cert);
    const client = await authority.issue({});
    await writeFile(path.join(folder, 'client.pem'), `${client.cert}\n${client.key}`);
    const tls = await startTlsServer(
      {
        ...(await authority.issue({ hosts: [host] })),
        ca: authority.cert,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => {
        const { authorized } = request.socket as { readonly authorized?: boolean };
        seen.push(`${request.headers.authorization} ${authorized}`);
        response.end('{"a":1}');
      },
    );
    const plain = createServer((request, response) => {
      seen.push(`${request.headers.authorization}`);
      response.end('{"a":1}');
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const address = plain.address();
    assert.ok(typeof address === 'object' && address !== null);
    ports = { https: tls.port, http: address.port };
    closing.push(tls.stop, () => {
      plain.closeAllConnections();
      plain.close();
    });
  });
  after(async () => {
    for (const close of closing) await close();
    await rm(folder, { recursive: true });
  });
  afterEach(async () => {
    for (const one of undo.splice(0).reverse()) await one();
    seen.length = 0;
  });

  const caFile = (): CertificateFiles => ({ caFile: path.join(folder, 'ca.pem') });
  const stage = async (
    network: NetworkSettings,
    options: Partial<ForwardProxyOptions> & { readonly secure?: boolean } = {},
  ) => {
    const { secure = true, ...rest } = options;
    const proxy = await startForwardProxy({
      hosts: { [host]: secure ? ports.https : ports.http },
      ...rest,
    });
    undo.push(proxy.stop);
    const { proxy: configured = `http://127.0.0.1:${proxy.port}` } = network;
    undo.push(patchNetwork({ ...network, proxy: configured }));
    return proxy;
  };
  const ask = (files: CertificateFiles = {}, address = `https://${host}`) =>
    createExchange(
      { timeout: 20_000, maxBytes: 1_000 },
      certificatesOf(files, () => Promise.resolve(ok(undefined))),
    ).get(`${address}/api?q=1`, never, { Authorization: 'Bearer s3cret' });
  const failureOf = (result: Result<unknown>): Failure => {
    assert.ok(!result.ok, 'it answers');
    assert.doesNotMatch(JSON.stringify(result.failure), /s3cret|hunter2/);
    return result.failure;
  };

  for (const proxySupport of ['override', 'on', 'fallback'] as const)
    it(`proxySupport ${proxySupport}: through the proxy, with the connection’s own authority and client certificate`, async () => {
      const proxy = await stage({ proxySupport });
      const client = path.join(folder, 'client.pem');
      const answer = await ask({ ...caFile(), certFile: client, keyFile: client });
      assert.ok(answer.ok, JSON.stringify(answer));
      assert.deepEqual(jsonOf(answer.value), ok({ a: 1 }));
      assert.deepEqual(
        proxy.asked.map(({ line }) => line),
        [`CONNECT ${host}:443`],
      );
      assert.deepEqual(seen, ['Bearer s3cret true']);
    });

  it('proxySupport off: not through the proxy', async () => {
    const proxy = await stage({ proxySupport: 'off' });
    assert.match(failureOf(await ask(caFile())).message, /host of .* is not known/);
    assert.deepEqual(proxy.asked, []);
  });

  it('plain http goes through the proxy as well', async () => {
    const proxy = await stage({ proxySupport: 'override' }, { secure: false });
    assert.ok((await ask({}, `http://${host}`)).ok);
    assert.deepEqual(
      proxy.asked.map(({ line }) => line),
      [`GET http://${host}/api?q=1`],
    );
    assert.deepEqual(seen, ['Bearer s3cret']);
  });

  it('what the system trusts is trusted; an authority of the connection replaces it', async () => {
    await stage({ proxySupport: 'override', systemCertificates: [authority.cert] });
    assert.ok((await ask()).ok);
    await writeFile(path.join(folder, 'other.pem'), (await createAuthority('Another')).cert);
    const failure = failureOf(await ask({ caFile: path.join(folder, 'other.pem') }));
    assert.equal(failure.needs, 'authority');
  });

  it('an unknown authority behind a proxy is one', async () => {
    await stage({ proxySupport: 'override' });
    assert.equal(failureOf(await ask()).needs, 'authority');
    assert.deepEqual(seen, []);
  });

  for (const secure of [true, false])
    it(`407: says that the proxy wants credentials, and sends none of the backend’s there (${secure ? 'https' : 'http'})`, async () => {
      const proxy = await stage(
        { proxySupport: 'override' },
        { credentials: 'me:hunter2', secure },
      );
      const answer = await ask(caFile(), secure ? `https://${host}` : `http://${host}`);
      const failure = failureOf(answer.ok ? jsonOf(answer.value) : answer);
      assert.match(failure.message, /proxy on the way to .*prometheus\.test wants credentials/);
      assert.match(failure.remedy ?? '', /http\.proxy/);
      assert.deepEqual(
        proxy.asked.map(({ authorization }) => authorization),
        [undefined],
      );
      assert.deepEqual(seen, []);
    });

  it('407: what a person answers VS Code is enough, and so are credentials in http.proxy', async () => {
    await stage(
      {
        proxySupport: 'override',
        answer: (_, asked) =>
          Promise.resolve(
            asked === undefined
              ? undefined
              : `Basic ${Buffer.from('me:hunter2').toString('base64')}`,
          ),
      },
      { credentials: 'me:hunter2' },
    );
    assert.ok((await ask(caFile())).ok);
    const proxy = await startForwardProxy({
      hosts: { [host]: ports.https },
      credentials: 'me:hunter2',
    });
    undo.push(proxy.stop);
    undo.push(
      patchNetwork({
        proxySupport: 'override',
        proxy: `http://me:hunter2@127.0.0.1:${proxy.port}`,
      }),
    );
    assert.ok((await ask(caFile())).ok);
  });

  it('a proxy that refuses, or can’t connect itself, is told from the backend', async () => {
    for (const [refuse, message, remedy] of [
      [403, /proxy refuses to connect to/, /http\.noProxy/],
      [502, /proxy can’t connect to/, /host and port/],
      // A proxy that doesn't connect can't pass its own answer off as the backend's.
      [201, /proxy can’t connect to/, /host and port/],
    ] as const) {
      await stage({ proxySupport: 'override' }, { refuse });
      const failure = failureOf(await ask(caFile()));
      assert.equal(failure.reason, 'unreachable');
      assert.match(failure.message, message);
      assert.match(failure.remedy ?? '', remedy);
    }
  });

  it('a proxy that doesn’t answer is named, without its password', async () => {
    const { host: dead } = new URL(await deadAddress());
    await stage({ proxySupport: 'override', proxy: `http://me:hunter2@${dead}` });
    const failure = failureOf(await ask(caFile()));
    assert.equal(failure.reason, 'unreachable');
    assert.ok(failure.message.includes(`The proxy ${dead} on the way to https://${host}`));
    assert.match(failure.remedy ?? '', /http\.proxy/);
  });
});
