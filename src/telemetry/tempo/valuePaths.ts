/** Values that spans sent lately have. https://grafana.com/docs/tempo/latest/api_docs/#search-tag-values-v2 */
export const servicesPath = '/api/v2/search/tag/resource.service.name/values';
export const spanNamesPath = '/api/v2/search/tag/name/values';
