// The entry of the bundle that the host loads once a setting names a backend: adapters with what they need of other rooms.
export { compareReleases as compare } from '../releases/compareReleases.ts';
export { metricsBackends, traceBackends } from '../telemetry/registry.ts';
