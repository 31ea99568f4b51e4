import { parentPort } from 'node:worker_threads';
import { portTransport } from '../rpc/messagePort.ts';
import { serve } from '../rpc/peer.ts';
import type { DecodeContract } from '../telemetry/decodeContract.ts';
import { decodeHandlers } from '../telemetry/decodeServer.ts';
import { decoders } from '../telemetry/decoders.ts';

// Composition root of the decoding thread.
if (parentPort !== null) serve<DecodeContract>(portTransport(parentPort), decodeHandlers(decoders));
