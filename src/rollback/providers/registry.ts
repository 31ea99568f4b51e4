import type { DeployProvider, ProcessRunner } from '../ports.ts';
import { createCommandProvider } from './command/commandProvider.ts';

/** Every deploy system; adding one is its folder and a line here. */
export const createProviders = (processes: ProcessRunner): ReadonlyMap<string, DeployProvider> =>
  new Map([createCommandProvider(processes)].map((provider) => [provider.id, provider]));
