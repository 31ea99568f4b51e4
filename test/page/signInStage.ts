import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createAuthority } from '../certificates.ts';
import { startForwardProxy, type ForwardProxy } from '../network/forwardProxy.ts';
import { startTlsServer } from '../network/tlsServer.ts';
import { recordedJaeger } from './recordedJaeger.ts';

/** Backends that want different things of whoever signs in, and the files that it takes. */
export interface SignInStage {
  /**
   * `own.pem`, `extra.pem`, `system.pem`: authorities. `client.pem`, `client.key`: a certificate of `own`, its key encrypted with `right s3cret`.
   * `print-token`: a program that prints `program-s3cret`.
   */
  readonly folder: string;
  /** Wants a client certificate of `own`, which vouches for the server as well. */
  readonly secured: string;
  /** Wants the tenant `shop`, `X-Api-Key: key-s3cret`, `X-Team: team-s3cret` and the program's token. */
  readonly guarded: string;
  /** Alone knows `<authority>.jaeger.test`, for which that authority vouches. */
  readonly proxy: ForwardProxy;
  stop(): Promise<void>;
}

export async function startSignInStage(): Promise<SignInStage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pl-tls-'));
  const write = (name: string, text: string, mode = 0o600): Promise<void> =>
    writeFile(path.join(folder, name), text, { mode });
  const own = await createAuthority('Prodlens test own');
  const authorities = {
    own,
    extra: await createAuthority('Prodlens test extra'),
    system: await createAuthority('Prodlens test system'),
  };
  const client = await own.issue({ passphrase: 'right s3cret' });
  await write('client.pem', client.cert);
  await write('client.key', client.key);
  await write('print-token', '#!/bin/sh\necho program-s3cret\n', 0o700);

  const mutual = await startTlsServer(
    {
      ...(await own.issue({ hosts: ['127.0.0.1'] })),
      ca: own.cert,
      requestCert: true,
      rejectUnauthorized: true,
    },
    recordedJaeger(),
  );
  const stops = [mutual.stop];
  const hosts: Record<string, number> = {};
  for (const [name, authority] of Object.entries(authorities)) {
    await write(`${name}.pem`, authority.cert);
    const host = `${name}.jaeger.test`;
    const behind = await startTlsServer(await authority.issue({ hosts: [host] }), recordedJaeger());
    stops.push(behind.stop);
    hosts[host] = behind.port;
  }
  const guarded = createServer(
    recordedJaeger(
      ({ headers }) =>
        headers['x-scope-orgid'] === 'shop' &&
        headers['x-api-key'] === 'key-s3cret' &&
        headers['x-team'] === 'team-s3cret' &&
        headers.authorization === 'Bearer program-s3cret',
    ),
  );
  guarded.listen(0, '127.0.0.1');
  await once(guarded, 'listening');
  const proxy = await startForwardProxy({ hosts });
  return {
    folder,
    secured: `https://127.0.0.1:${mutual.port}`,
    guarded: `http://127.0.0.1:${(guarded.address() as AddressInfo).port}`,
    proxy,
    async stop() {
      guarded.closeAllConnections();
      guarded.close();
      await Promise.all([...stops, proxy.stop].map((stop) => stop()));
      await rm(folder, { recursive: true });
    },
  };
}
