import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a fault at a real server led to, as `npm run test:backends -- faults` saw it. */
export interface RealRow {
  readonly fault: string;
  readonly of: string;
  readonly status: string;
  readonly beside: string;
  readonly requests: string;
  readonly after: string;
}

/** As committed; that suite compares it with what it sees. */
export const realRows = (): readonly RealRow[] =>
  JSON.parse(
    readFileSync(
      path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'test/backends/faults.json'),
      'utf8',
    ),
  ) as readonly RealRow[];
