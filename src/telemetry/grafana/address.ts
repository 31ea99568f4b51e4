/** Grafana's proxy to a data source; the adapters' own paths follow. https://grafana.com/docs/grafana/latest/developers/http_api/data_source/#data-source-proxy-calls */
const proxyPath = '/api/datasources/proxy/uid/';
/** What Grafana takes as a UID (pkg/util/shortid_generator.go). */
const uidShape = /^[A-Za-z0-9_-]{1,40}$/;

export interface DataSourceAddress {
  /** Grafana's own address, with its base path. */
  readonly grafana: string;
  readonly uid: string;
}

/** The address at which a data source's backend is asked through Grafana. Undefined: Grafana itself would refuse this UID. */
export const proxiedAddress = ({ grafana, uid }: DataSourceAddress): string | undefined =>
  uidShape.test(uid) ? `${grafana}${proxyPath}${uid}` : undefined;

/** The data source that an address leads to through Grafana; undefined for any other address. */
export function dataSourceAt(address: string): DataSourceAddress | undefined {
  const at = address.indexOf(proxyPath);
  if (at < 0) return undefined;
  // What follows the UID is a path of the backend's, Mimir's prefix for example.
  const [uid = ''] = address.slice(at + proxyPath.length).split('/', 1);
  return uidShape.test(uid) ? { grafana: address.slice(0, at), uid } : undefined;
}
