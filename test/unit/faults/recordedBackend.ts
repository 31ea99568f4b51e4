import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = process.env['PRODLENS_ROOT'] ?? '.';

/** An answer of test/fixtures/backends, as the real server gave it. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

export const recorded = (file: string): Answer =>
  JSON.parse(
    readFileSync(path.join(root, 'test/fixtures/backends', `${file}.json`), 'utf8'),
  ) as Answer;

/** What a backend holds is odd, though it answers. */
export type Spoiling = 'noNumbers' | 'infinite' | 'empty' | 'partial';

/** A backend made of recorded answers: their values stay, their times follow the clock. */
export interface RecordedBackend {
  /** As the setting has it. */
  readonly kind: string;
  readonly title: string;
  readonly service: string;
  /** Of the service, as far as its telemetry says. */
  readonly namespace?: string;
  /** One that it keeps, and when it was, Unix milliseconds. */
  readonly trace?: { readonly id: string; readonly at: number };
  /** @param now of the server, Unix milliseconds */
  answer(path: string, query: URLSearchParams, now: number): Answer;
  spoilt(spoiling: Spoiling, answer: Answer): Answer;
}

/** A copy of plain data in which some values are others; undefined keeps one. */
export function replaced(
  value: unknown,
  by: (key: string, value: unknown) => unknown,
  key = '',
): unknown {
  const other = by(key, value);
  if (other !== undefined) return other;
  if (Array.isArray(value))
    return (value as readonly unknown[]).map((item) => replaced(item, by, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaced(item, by, name)]),
  );
}
