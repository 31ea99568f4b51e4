import axios from 'axios';

/**
 * Whether a request went over a connection that was kept from an earlier one, and that the server closed meanwhile: it was restarted, or
 * its patience ended. Nothing is wrong then, and a new connection shows it (https://nodejs.org/api/http.html#requestreusedsocket).
 */
export function isStaleConnection(error: unknown): boolean {
  if (!axios.isAxiosError(error)) return false;
  const request: unknown = error.request;
  const reused =
    typeof request === 'object' &&
    request !== null &&
    'reusedSocket' in request &&
    request.reusedSocket === true;
  return reused && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
