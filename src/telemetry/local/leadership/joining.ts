import { connect } from 'node:net';
import type { Remote } from '../../../rpc/contract.ts';
import { protocolVersion } from '../../../rpc/contract.ts';
import { createRemote } from '../../../rpc/peer.ts';
import { socketTransport } from '../../../rpc/socketTransport.ts';
import type { Claim } from './claims.ts';
import type { SharedContract } from './contract.ts';

/**
 * `dead`: nobody listens there, the claim is free to be outnumbered. `gone`: somebody did a moment ago, ask again.
 * `silent`: somebody listens and says nothing.
 */
export type Joined =
  | { readonly outcome: 'joined'; readonly remote: Remote<SharedContract> }
  | { readonly outcome: 'dead' | 'gone' }
  | { readonly outcome: 'weAreOlder' | 'theyAreOlder' | 'silent' };

/** A leader that is just restoring a large snapshot answers late. */
const answerTimeout = 10_000;

/** Connects to the leader that made this claim and proves that we are the same person. */
export function joinLeader(
  claim: Claim,
  signal: AbortSignal,
  version = protocolVersion,
): Promise<Joined> {
  return new Promise((resolve) => {
    const socket = connect(claim.socketPath);
    const transport = socketTransport(socket);
    const remote = createRemote<SharedContract>(transport);
    let connected = false;
    let settled = false;
    const settle = (joined: Joined): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abandon);
      if (joined.outcome !== 'joined') socket.destroy();
      resolve(joined);
    };
    const abandon = (): void => {
      settle({ outcome: 'silent' });
    };
    const timer = setTimeout(abandon, answerTimeout);
    signal.addEventListener('abort', abandon, { once: true });
    socket.once('connect', () => {
      connected = true;
      transport.send({ t: 'hello', version, token: claim.token });
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      settle({ outcome: connected ? 'gone' : nobody ? 'dead' : 'silent' });
    });
    transport.onClose(() => {
      settle({ outcome: connected ? 'gone' : 'silent' });
    });
    transport.onFrame((frame) => {
      if (frame.t !== 'hello') return;
      transport.trust();
      if (frame.version === version) settle({ outcome: 'joined', remote });
      else settle({ outcome: frame.version > version ? 'weAreOlder' : 'theyAreOlder' });
    });
  });
}
