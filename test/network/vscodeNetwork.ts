import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { LookupProxyAuthorization, ProxySupportSetting } from '@vscode/proxy-agent';
import {
  createHttpPatch,
  createProxyResolver,
  createTlsPatch,
  LogLevel,
  resetCaches,
} from '@vscode/proxy-agent';

export interface NetworkSettings {
  /** `http.proxy` */
  readonly proxy?: string;
  /** `http.proxySupport` */
  readonly proxySupport: ProxySupportSetting;
  /** PEM: what the system trusts besides Node's own. */
  readonly systemCertificates?: readonly string[];
  /** What a person answers when the proxy asks for credentials. */
  readonly answer?: LookupProxyAuthorization;
}

/**
 * Puts VS Code's own library (in the version of the oldest VS Code that is supported) under Node's http and https, as an extension host does;
 * gives what takes it away again.
 */
export function patchNetwork(settings: NetworkSettings): () => void {
  resetCaches();
  const quiet = () => undefined;
  const params: Parameters<typeof createProxyResolver>[0] = {
    resolveProxy: () => Promise.resolve('DIRECT'),
    getProxyURL: () => settings.proxy,
    getProxySupport: () => settings.proxySupport,
    isAdditionalFetchSupportEnabled: () => false,
    addCertificatesV1: () => true,
    addCertificatesV2: () => false,
    loadAdditionalCertificates: () => Promise.resolve([...(settings.systemCertificates ?? [])]),
    ...(settings.answer === undefined ? {} : { lookupProxyAuthorization: settings.answer }),
    log: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
    getLogLevel: () => LogLevel.Off,
    proxyResolveTelemetry: quiet,
    isUseHostProxyEnabled: () => false,
    env: {},
  };
  const { resolveProxyWithRequest } = createProxyResolver(params);
  // Its timer of ten minutes, for VS Code's own telemetry, would hold up the end of the tests.
  const resolve: typeof resolveProxyWithRequest = (...question) => {
    const { setTimeout: original } = globalThis;
    const unref = (run: () => void, wait?: number) => original(run, wait).unref();
    globalThis.setTimeout = Object.assign<typeof unref, typeof original>(unref, original);
    try {
      resolveProxyWithRequest(...question);
    } finally {
      globalThis.setTimeout = original;
    }
  };
  const before = {
    http: { get: http.get, request: http.request },
    https: { get: https.get, request: https.request },
    tls: { connect: tls.connect, createSecureContext: tls.createSecureContext },
  };
  Object.assign(http, createHttpPatch(params, { ...http }, resolve));
  Object.assign(https, createHttpPatch(params, { ...https }, resolve));
  Object.assign(tls, createTlsPatch(params, { ...tls }));
  return () => {
    Object.assign(http, before.http);
    Object.assign(https, before.https);
    Object.assign(tls, before.tls);
  };
}
