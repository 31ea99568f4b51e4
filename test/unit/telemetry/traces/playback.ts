import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ok } from '../../../../src/domain/result.ts';
import type { HttpAnswer, HttpExchange } from '../../../../src/http/exchange.ts';
import type { Select } from '../../../../src/telemetry/ports.ts';
import type { TraceBackendContext } from '../../../../src/telemetry/traces/context.ts';

const root = process.env['PRODLENS_ROOT'] ?? '.';

export interface Played {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

/** A recorded answer of test/fixtures/backends. */
export const recorded = (file: string): Played =>
  JSON.parse(
    readFileSync(path.join(root, 'test/fixtures/backends', `${file}.json`), 'utf8'),
  ) as Played;

export const json = (body: unknown): Played => ({
  status: 200,
  contentType: 'application/json',
  body,
});

export const notThere: Played = { status: 404, contentType: 'text/plain', body: 'nothing here' };

/** An exchange that answers by path; `asked` are the paths with their queries, decoded, in order. */
export function playback(answers: (path: string, query: URLSearchParams) => Played): {
  readonly exchange: HttpExchange;
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    exchange: {
      get(url) {
        const { pathname, search, searchParams } = new URL(url);
        asked.push(decodeURIComponent(`${pathname}${search}`.replaceAll('+', ' ')));
        const { status, contentType, body } = answers(pathname, searchParams);
        const answer: HttpAnswer = {
          url,
          status,
          contentType: contentType.split(';', 1)[0] ?? '',
          text: typeof body === 'string' ? body : JSON.stringify(body),
        };
        return Promise.resolve(ok(answer));
      },
    },
  };
}

/** Ten seconds after the recorded trace. */
export const contextOf = (
  exchange: HttpExchange,
  over: Partial<TraceBackendContext> & { readonly select?: Select } = {},
): TraceBackendContext => ({
  connection: {
    url: 'http://backend.test',
    select: over.select ?? {},
    headers: () => Promise.resolve(ok({})),
  },
  exchange,
  operation: () => undefined,
  now: () => Date.UTC(2026, 10, 26, 10, 0, 0),
  ...over,
});

export const never = new AbortController().signal;
export const recordedId = '00af7651916cd43dd8448eb211c80319';
