// The entry of the bundle that the host loads once a setting names a backend, or a person asks a forge: adapters with what they need of other rooms.
export { compareReleases as compare } from '../releases/compareReleases.ts';
export { lookUpDeployments } from '../releases/deployments/lookUp.ts';
export { metricsBackends, probe, traceBackends } from '../telemetry/registry.ts';
