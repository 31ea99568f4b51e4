import type { FileExport, FilesFramework } from './filesFramework.ts';

const scope = 'next.js';
const api = (method: string): FileExport => ({
  methods: [method],
  spans: ['executing api route (app) {route}'],
  scope,
});
const metadata: Readonly<Record<string, FileExport>> = {
  generateMetadata: { spans: ['generateMetadata {file}'], scope },
  generateViewport: { spans: ['generateViewport {file}'], scope },
};

/** `(group)` and `@slot` are no part of the path; `_private` and intercepting `(.)photo` folders are no routes of their own. */
const folder = (text: string): string | undefined | null => {
  if (/^(?:_|\(\.{1,3}\)|@(?!children$))/.test(text)) return null;
  return /^\(.*\)$|^@/.test(text) ? undefined : text;
};

/**
 * Next.js, app and pages routers: https://nextjs.org/docs/app/api-reference/file-conventions; its spans:
 * https://nextjs.org/docs/app/guides/open-telemetry. Their routes don't have the configured `basePath`.
 */
export const next: FilesFramework = {
  kind: 'files',
  id: 'next',
  family: 'javascript',
  instrumentation: /^next\.js$/,
  program: { file: /^next\.config\.[cm]?[jt]s$/, modules: /^next(?:\/|$)/ },
  trees: [
    {
      roots: ['app', 'src/app'],
      file: /^(?<route>(?:.*\/)?)route\.[cm]?[jt]sx?$/,
      segment: folder,
      exports: Object.fromEntries(
        ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((m) => [m, api(m)]),
      ),
    },
    {
      roots: ['app', 'src/app'],
      file: /^(?<route>(?:.*\/)?)page\.[cm]?[jt]sx?$/,
      segment: folder,
      exports: {
        default: {
          methods: ['GET'],
          rendered: true,
          spans: ['render route (app) {route}'],
          scope,
        },
        ...metadata,
      },
      perRequest: {
        parametersUnless: 'generateStaticParams',
        constants: { dynamic: 'force-dynamic' },
        imports: {
          'next/headers': ['headers', 'cookies', 'draftMode'],
          'next/server': ['connection'],
          'next/cache': ['unstable_noStore'],
        },
        above: ['layout'],
      },
    },
    {
      roots: ['app', 'src/app'],
      file: /^(?<route>(?:.*\/)?)(?:layout|template|not-found)\.[cm]?[jt]sx?$/,
      segment: folder,
      exports: metadata,
    },
    {
      roots: ['pages', 'src/pages'],
      file: /^(?<route>api(?:\/.+)?)\.[cm]?[jt]sx?$/,
      segment: (text) => (text === 'index' ? undefined : text),
      exports: {
        default: { methods: ['*'], spans: ['executing api route (pages) {route}'], scope },
      },
    },
    {
      roots: ['pages', 'src/pages'],
      file: /^(?!api[/.]|_(?:app|document|error)\.|(?:404|500)\.)(?<route>.+)\.[cm]?[jt]sx?$/,
      segment: (text) => (text === 'index' ? undefined : text),
      exports: {
        getServerSideProps: { methods: ['*'], spans: ['getServerSideProps {route}'], scope },
        getStaticProps: { spans: ['getStaticProps {route}'], scope },
        default: {
          methods: ['GET'],
          unless: ['getServerSideProps'],
          rendered: true,
          spans: ['render route (pages) {route}'],
          scope,
        },
      },
      perRequest: { constants: {}, imports: {}, above: [] },
    },
    {
      roots: ['', 'src'],
      file: /^(?:middleware|proxy)\.[cm]?[jt]s$/,
      segment: () => null,
      exports: Object.fromEntries(
        ['middleware', 'proxy', 'default'].map((name) => [
          name,
          { spans: ['middleware {method}'], scope },
        ]),
      ),
    },
  ],
};
