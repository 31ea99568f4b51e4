import { fail, ok, type Result } from '../domain/result.ts';
import type { Handlers } from '../rpc/contract.ts';
import type { DecodeContract } from './decodeContract.ts';
import type { Decoder } from './decoding.ts';

/** JSON that one part of the rows stands for, bytes: cloning it takes about as long as parsing it did. */
const partBytes = 64 * 1024;
/** Answers whose rows wait to be fetched. More than adapters ask for at once: older ones were forgotten by their askers. */
const mostWaiting = 16;

const notJson = fail(
  'invalid',
  'The backend answers something that is not JSON, or only a part of it.',
  'Check the address in the setting; if it is right, try again.',
);

/** The decoding thread's work. */
export function decodeHandlers(decoders: readonly Decoder<unknown>[]): Handlers<DecodeContract> {
  const waiting = new Map<number, (readonly unknown[])[]>();
  let nextId = 1;

  function decode(name: string, bytes: Uint8Array): Result<readonly unknown[]> {
    const decoder = decoders.find((one) => one.name === name);
    if (decoder === undefined) return fail('internal', `There is no decoder ${name}.`);
    try {
      return decoder.read(JSON.parse(new TextDecoder().decode(bytes)));
    } catch (error) {
      if (error instanceof SyntaxError) return notJson;
      throw error;
    }
  }

  return {
    decode({ decoder, bytes }) {
      const rows = decode(decoder, bytes);
      if (!rows.ok) return rows;
      const perPart = Math.max(1, Math.ceil((rows.value.length * partBytes) / bytes.byteLength));
      const parts: (readonly unknown[])[] = [];
      for (let i = 0; i < rows.value.length; i += perPart)
        parts.push(rows.value.slice(i, i + perPart));
      const id = nextId++;
      if (parts.length > 0) waiting.set(id, parts);
      const [oldest] = waiting.keys();
      if (waiting.size > mostWaiting && oldest !== undefined) waiting.delete(oldest);
      return ok({ id, parts: parts.length });
    },
    part({ id, part }) {
      const parts = waiting.get(id);
      const rows = parts?.[part];
      if (parts === undefined || rows === undefined) throw new Error('these rows are gone');
      if (part === parts.length - 1) waiting.delete(id);
      else parts[part] = [];
      return rows;
    },
    drop({ id }) {
      waiting.delete(id);
      return undefined;
    },
  };
}
