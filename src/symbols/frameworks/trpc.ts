import type { ProcedureFramework } from './procedureFramework.ts';

const router = { named: ['router', 'appRouter'] };
const below = { router, prefix: { named: ['endpoint', 'basePath'] } };

/**
 * tRPC: https://trpc.io/docs/server/routers. Telemetry has only the path, `/trpc/user.byId`; a batch, `/trpc/user.byId,post.list`, names
 * several and is nobody's.
 */
export const trpc: ProcedureFramework = {
  kind: 'procedures',
  id: 'trpc',
  family: 'javascript',
  modules: /^@trpc\/server(?:\/|$)|^@hono\/trpc-server$/,
  procedures: { query: 'GET', mutation: 'POST', subscription: 'GET' },
  separator: '.',
  servers: {
    createExpressMiddleware: below,
    createHTTPServer: { ...below, otherwise: '/' },
    createHTTPHandler: { ...below, otherwise: '/' },
    fetchRequestHandler: below,
    createNextApiHandler: below,
    nodeHTTPRequestHandler: below,
    trpcServer: { ...below, otherwise: '/trpc' },
  },
};
