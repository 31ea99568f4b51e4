import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ShapedAnswer } from '../answerShape.ts';
import { differences } from '../answerShape.ts';
import type { RecordedBackend } from '../unit/faults/recordedBackend.ts';
import { RecordingProxy } from './recordingProxy.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const folder = path.join(root, 'test/fixtures/backends');

/**
 * Recorded answers that no server of `npm run test:backends` confirms by itself, with the reason: folders of test/fixtures/backends, and names
 * of servers whose answers tests imitate.
 */
export const unconfirmed: Readonly<Record<string, string>> = {
  tempo:
    'Tempo (AGPL) isn’t fetched; its suite asks a binary given by hand the adapter’s questions, but doesn’t compare recordings',
  'Prometheus 2, VictoriaMetrics, Thanos, Mimir':
    'the recordings are of Prometheus 3.15; suites of the others ask the adapter’s questions',
  Grafana: 'it can’t be had here; its data source proxy is imitated in front of real servers',
  'Jaeger before /api/v3':
    'versions that old aren’t built here; 2.13 answers /api in its place, with /api/v3 hidden',
};

interface Recording extends ShapedAnswer {
  readonly name: string;
  /** Path and parameters, as they are read; `{from:unit}` and `{to:unit}` stand for the times of the last hour. */
  readonly request: string;
}

export const recordingsOf = (kind: string): readonly Recording[] =>
  readdirSync(path.join(folder, kind)).map((file) => ({
    ...(JSON.parse(readFileSync(path.join(folder, kind, file), 'utf8')) as Recording),
    name: `${kind}/${file}`,
  }));

export const recordedFolders = (): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

/** What the matrix of faults has for a healthy server. */
export interface Imitation {
  readonly backend: RecordedBackend;
  readonly url: () => string;
  /** Lets an adapter ask everything it asks, of a backend at an address. */
  readonly drive: (url: string) => Promise<void>;
  /** Milliseconds that its data is younger than the real server's. */
  readonly ahead?: number;
  /** The paths that are compared; absent: all. */
  readonly imitates?: (path: string) => boolean;
}

/** Recorded answers of one server, beside what the real one says. */
export interface RecordedServer {
  /** The folder in test/fixtures/backends. */
  readonly kind: string;
  readonly url: () => string;
  /** Sends what the recordings are about. */
  readonly send: () => Promise<void>;
  readonly end?: () => Promise<void>;
  readonly imitations: readonly Imitation[];
}

/** Every recorded request is sent to the real server, with the same data; every question that an adapter puts to it is put to its imitation. */
export function describeRecordings({ kind, url, send, end, imitations }: RecordedServer): void {
  describe(`recorded answers of ${kind}`, function () {
    this.timeout(180_000);
    before(send);
    after(async () => {
      sayWhatIsUnconfirmed();
      await end?.();
    });
    for (const recording of recordingsOf(kind))
      it(`${recording.name} has the shape of what the server answers`, async () => {
        const real = await answerOf(addressOf(url(), recording.request));
        assert.deepEqual(differences(recording, real), [], `${recording.request}: record it anew`);
      });
    for (const imitation of imitations)
      it(`the ${imitation.backend.title} of the matrix of faults answers an adapter as the server does`, () =>
        compareImitation(imitation));
  });
}

async function compareImitation(imitation: Imitation): Promise<void> {
  const { backend, url, drive, ahead = 0, imitates = () => true } = imitation;
  const proxy = new RecordingProxy(url());
  const basePath = new URL(url()).pathname.replace(/\/$/, '');
  try {
    await drive(`${await proxy.start()}${basePath}`);
  } finally {
    proxy.stop();
  }
  const compared = proxy.asked
    .map((one) => ({ ...one, path: one.path.slice(basePath.length) }))
    .filter(({ path: asked }) => imitates(asked));
  assert.ok(compared.length >= 3, `${compared.length} questions`);
  for (const { at, path: asked, parameters, answer } of compared) {
    assert.ok(answer !== undefined, `${asked} was not answered`);
    const imitated = backend.answer(asked, moved(parameters, ahead), at + ahead);
    assert.deepEqual(
      differences(imitated, parsed(answer), { emptyLists: true }),
      [],
      `${asked}?${parameters.toString()}`,
    );
  }
}

/** Times of a question, later. */
function moved(parameters: URLSearchParams, by: number): URLSearchParams {
  const later = (text: string): string => {
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return new Date(Date.parse(text) + by).toISOString();
    if (/^\d{16}$/.test(text)) return String(Number(text) + by * 1000);
    return /^\d{13}$/.test(text) ? String(Number(text) + by) : text;
  };
  return new URLSearchParams(
    [...parameters].map(([name, value]): [string, string] => [name, later(value)]),
  );
}

const units = {
  iso: (at: number) => new Date(at).toISOString(),
  micros: (at: number) => String(at * 1000),
  millis: (at: number) => String(at),
  seconds: (at: number) => String(at / 1000),
};

function addressOf(url: string, request: string): string {
  const [where = '', said = ''] = request.replace(/^GET /, '').split(/\?(.*)/s);
  const now = Date.now();
  const parameters = said
    .split('&')
    .filter((one) => one !== '')
    .map((one): [string, string] => {
      const [name = '', value = ''] = one.split(/=(.*)/s);
      const dated = value.replace(/^\{(from|to):(\w+)\}$/, (_, end: string, unit: string) => {
        const written = units[unit as keyof typeof units];
        return written(end === 'to' ? now : now - 3_600_000);
      });
      return [name, dated];
    });
  return `${url}${where}${parameters.length === 0 ? '' : `?${new URLSearchParams(parameters).toString()}`}`;
}

async function answerOf(address: string): Promise<ShapedAnswer> {
  const answer = await fetch(address);
  return parsed({
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    text: await answer.text(),
  });
}

function parsed(answer: {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}): ShapedAnswer {
  const { status, contentType, text } = answer;
  try {
    return { status, contentType, body: JSON.parse(text) };
  } catch {
    return { status, contentType, body: text };
  }
}

function sayWhatIsUnconfirmed(): void {
  for (const [what, reason] of Object.entries(unconfirmed))
    console.log(`      not compared with a server here: ${what} (${reason})`);
}
