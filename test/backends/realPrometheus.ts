import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ok } from '../../src/domain/result.ts';
import type { BackendMetrics, Connection } from '../../src/telemetry/backend.ts';
import { createPrometheusSource } from '../../src/telemetry/prometheus/source.ts';
import { sourcePorts } from './sourcePorts.ts';

export const url = process.env['PRODLENS_TEST_PROMETHEUS'] ?? '';
const targets = process.env['PRODLENS_TEST_PROMETHEUS_TARGETS'] ?? '';
/** What its tenant is named by, where it wants one. */
export const signedIn = JSON.parse(
  process.env['PRODLENS_TEST_PROMETHEUS_HEADERS'] ?? '{}',
) as Readonly<Record<string, string>>;
/** Whether histograms of some targets become native ones with their own boundaries. */
export const converts = process.env['PRODLENS_TEST_PROMETHEUS_CONVERTS'] !== undefined;
/** Slots of a backend that is sampled each second. */
export const slot = 10_000;

/**
 * What the server scrapes from now on: addresses without a scheme. Histograms of those that are to be `converted` become native ones with
 * their own boundaries where that `converts`, else they stay classic.
 */
export function scrapeOnly(addresses: readonly string[], converted: readonly string[] = []): void {
  const write = (file: string, all: readonly string[]): void => {
    writeFileSync(file, JSON.stringify([{ targets: all }]));
  };
  write(targets, converts ? addresses : [...addresses, ...converted]);
  if (converts) write(path.join(path.dirname(targets), 'converted.json'), converted);
}

export const sourceFor = (
  select: Connection['select'],
  options: Connection['options'] = {},
): BackendMetrics => sourceAt(url, select, options);

export const sourceAt = (
  at: string,
  select: Connection['select'],
  options: Connection['options'] = {},
): BackendMetrics =>
  createPrometheusSource(
    {
      kind: 'prometheus',
      url: at,
      select,
      options,
      environment: 'test',
      headers: async () => ok(signedIn),
    },
    sourcePorts(),
  );

export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(250);
  }
  assert.fail(`waited in vain for ${what}`);
}
