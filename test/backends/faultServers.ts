import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { urlFrom } from './traceBackend.ts';

interface Scraping {
  readonly url: string;
  /** The file of what it scrapes. */
  readonly targets: string;
}

/** What scripts/backends/faults.mjs started. */
interface FaultServers {
  readonly control: string;
  readonly collector: {
    /** Where its pipelines take traces: of one the metrics are scraped, of the other they are pushed. */
    readonly receivers: { readonly scraped: string; readonly pushed: string };
    /** What is to be scraped. */
    readonly target: string;
  };
  readonly prometheus: Scraping;
  readonly prometheus3: Scraping;
  /** Never ends. */
  readonly steady: Scraping;
}

export const faultServers = (): FaultServers =>
  JSON.parse(urlFrom('PRODLENS_TEST_FAULTS')) as FaultServers;

/** Ends a server, or starts it once more on its ports and data. Resolves when it is down, or answers. */
export async function control(server: string, verb: 'stop' | 'start'): Promise<void> {
  const answer = await fetch(`${faultServers().control}/${server}/${verb}`, { method: 'POST' });
  assert.equal(answer.status, 204, await answer.text());
}

const scraped = new Map<string, Set<string>>();

/** Has a server scrape one address more. */
export function scrape({ targets }: Scraping, address: string): void {
  const all = scraped.get(targets) ?? new Set();
  scraped.set(targets, all.add(address));
  writeFileSync(targets, JSON.stringify([{ targets: [...all] }]));
}
