import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
// By these names, as axios does: VS Code puts its proxy and certificates under `http` and `https` of the modules that it loads.
import http from 'http';
import https from 'https';
import type { Certificates } from './certificates.ts';

export interface Transport {
  request(options: RequestOptions, answered: (response: IncomingMessage) => void): ClientRequest;
  /**
   * The answer to a request for https came without TLS: it is a proxy's, which did not connect (RFC 9110, 9.3.6). Nothing in it is the
   * backend's.
   */
  answeredInClear(): boolean;
}

/**
 * Node's own clients with certificates. These go into the request's options, not into an agent: VS Code puts an agent of its own in the place
 * of another one, and with `http.proxySupport: on` it leaves requests with an agent alone.
 */
export function createTransport(certificates: Certificates): Transport {
  let clear = false;
  return {
    request(options, answered) {
      if (options.protocol !== 'https:') return http.request(options, answered);
      // Said each time and last: with NODE_TLS_REJECT_UNAUTHORIZED=0 in its environment, Node checks nothing unless it is told to.
      const checked = { ...options, ...certificates, rejectUnauthorized: true };
      return https.request(checked, (response) => {
        clear = !('encrypted' in response.socket);
        answered(response);
      });
    },
    answeredInClear: () => clear,
  };
}
