import * as v from 'valibot';
import { windowNames } from '../domain/units.ts';
import type { SettingId, SettingValues } from './catalogue.ts';
import { settings } from './catalogue.ts';

const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const texts = v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(500)));

const shapes: { readonly [K in SettingId]: v.GenericSchema<unknown, SettingValues[K]> } = {
  'prodlens.environments': v.unknown(),
  'prodlens.environment': v.string(),
  'prodlens.window': v.picklist(windowNames),
  'prodlens.refreshSeconds': v.pipe(v.number(), v.minValue(10), v.maxValue(3600)),
  'prodlens.annotations.placement': v.picklist(['lineEnd', 'codeLens', 'off']),
  'prodlens.annotations.show': v.picklist(['all', 'attention', 'current']),
  'prodlens.annotations.format': v.pipe(v.string(), v.maxLength(500)),
  'prodlens.thresholds.p95Ms': v.pipe(v.number(), v.minValue(0)),
  'prodlens.thresholds.errorRatio': v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  'prodlens.local.enabled': v.boolean(),
  'prodlens.local.httpPort': port,
  'prodlens.local.grpcPort': port,
  'prodlens.local.allowedHosts': texts,
  'prodlens.local.allowedOrigins': texts,
  'prodlens.exclude': texts,
};

/** A setting's value as it may be used: what it may not be reads as the default. */
export function decodeSetting<K extends SettingId>(id: K, value: unknown): SettingValues[K] {
  const shape: v.GenericSchema<unknown, SettingValues[K]> = shapes[id];
  const parsed = v.safeParse(shape, value);
  return parsed.success ? parsed.output : settings[id].default;
}
