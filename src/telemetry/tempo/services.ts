/** Names of services that sent spans lately. https://grafana.com/docs/tempo/latest/api_docs/#search-tag-values-v2 */
export const servicesPath = '/api/v2/search/tag/resource.service.name/values';
