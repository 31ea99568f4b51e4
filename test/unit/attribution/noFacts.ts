import type { WorkspaceFacts } from '../../../src/domain/workspace.ts';

/** A workspace of which nothing is known. */
export const noFacts: WorkspaceFacts = {
  functions: [],
  routes: [],
  openRoutes: [],
  spans: [],
  classes: [],
  endpoints: [],
  destinationBindings: [],
  resolvers: [],
  runtimes: [],
  overrides: [],
  servicesOf: () => ({ services: [], explanation: '' }),
};
