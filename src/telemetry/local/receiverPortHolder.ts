import { readdir, readFile, readlink } from 'node:fs/promises';
import { jsonOf } from '../../http/answerFailure.ts';
import { createExchange } from '../../http/exchange.ts';

const product = 'prodlens';

/** What `GET /` of a receiver says of itself. */
export const identify = (
  holder: string,
  ports: { readonly httpPort: number; readonly grpcPort: number },
): Readonly<Record<string, unknown>> => ({ product, holder, ...ports });

/** Who listens on a port of this machine, as far as it can be known without starting a program. */
export async function portHolder(port: number, signal: AbortSignal): Promise<string | undefined> {
  return (await ourOwn(port, signal)) ?? (await fromProc(port));
}

async function ourOwn(port: number, signal: AbortSignal): Promise<string | undefined> {
  const exchange = createExchange({ timeout: 500, maxBytes: 4_096, redirects: 0 });
  const answer = await exchange.get(`http://127.0.0.1:${port}/`, signal);
  const json = answer.ok ? jsonOf(answer.value) : answer;
  if (!json.ok) return undefined;
  const body = json.value;
  if (typeof body !== 'object' || body === null) return undefined;
  const { product: name, holder } = body as { product?: unknown; holder?: unknown };
  if (name !== product) return undefined;
  return typeof holder === 'string' ? `Prodlens in ${printable(holder)}` : 'Prodlens';
}

/** Text of another program: one short line. */
const printable = (text: string): string =>
  text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').slice(0, 80);

const listening = '0A';

/** Linux: the socket's inode from /proc/net, then the process that has it open (ours to read only for our own processes). */
async function fromProc(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const hexPort = local?.split(':')[1];
      if (state === listening && inode !== undefined && parseInt(hexPort ?? '', 16) === port)
        inodes.add(`socket:[${inode}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (!inodes.has(target)) continue;
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      return name === '' ? `process ${pid}` : `${printable(name)} (process ${pid})`;
    }
  }
  return undefined;
}
