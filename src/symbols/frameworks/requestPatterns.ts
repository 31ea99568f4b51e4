/** How requests to other services are written, as far as their URL and method can be read. */
export interface RequestPattern {
  readonly family: string;
  /** Only files with this in their text are looked at. */
  readonly mentioned: RegExp;
  /** Calls that are given a URL → method; '' where it is another argument. */
  readonly calls: Readonly<Record<string, string>>;
  /** Of these, those called without a receiver. */
  readonly bare: ReadonlySet<string>;
  /** Last name of what the others are called on: `get` is everywhere. */
  readonly receivers: RegExp;
}

const verbs = {
  get: 'GET',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  head: 'HEAD',
};

/** fetch, axios, got, ky, superagent, undici, Angular's and Nest's clients: https://axios-http.com/docs/api_intro */
const javascript: RequestPattern = {
  family: 'javascript',
  mentioned: /\b(?:fetch|axios|got|ky|superagent|undici|needle)\b|[hH]ttp(?:Service|Client)\b/,
  calls: {
    ...verbs,
    del: 'DELETE',
    fetch: '',
    request: '',
    axios: '',
    got: '',
    ky: '',
    $fetch: '',
  },
  bare: new Set(['fetch', 'axios', 'got', 'ky', 'request', '$fetch']),
  receivers:
    /(?:axios|got|ky|superagent|undici|needle|[hH]ttp(?:Service|Client)?|[aA]pi|[cC]lient)$/,
};

/** requests, httpx, aiohttp's client, urllib: https://requests.readthedocs.io/en/latest/api/ */
const python: RequestPattern = {
  family: 'python',
  mentioned: /\b(?:requests|httpx|aiohttp|urllib3?)\b/,
  calls: { ...verbs, request: '', urlopen: '*', stream: '' },
  bare: new Set(['urlopen']),
  receivers: /(?:requests|httpx|[sS]ession|[cC]lient|http|api|request)$/,
};

/** net/http and resty: https://pkg.go.dev/net/http#NewRequestWithContext */
const go: RequestPattern = {
  family: 'go',
  mentioned: /"net\/http"|resty/,
  calls: {
    Get: 'GET',
    Post: 'POST',
    PostForm: 'POST',
    Head: 'HEAD',
    Put: 'PUT',
    Patch: 'PATCH',
    Delete: 'DELETE',
    NewRequest: '',
    NewRequestWithContext: '',
  },
  bare: new Set(),
  receivers: /(?:http|[cC]lient|\))$/,
};

/**
 * RestTemplate, RestClient, WebClient, java.net.http, OkHttp:
 * https://docs.spring.io/spring-framework/reference/integration/rest-clients.html
 */
const java: RequestPattern = {
  family: 'java',
  mentioned:
    /\b(?:RestTemplate|RestClient|WebClient|HttpClient|HttpRequest|OkHttpClient|RestOperations)\b/,
  calls: {
    getForObject: 'GET',
    getForEntity: 'GET',
    postForObject: 'POST',
    postForEntity: 'POST',
    postForLocation: 'POST',
    patchForObject: 'PATCH',
    exchange: '',
    uri: '*',
    url: '*',
    create: '*',
    put: 'PUT',
    delete: 'DELETE',
  },
  bare: new Set(),
  receivers: /(?:[tT]emplate|[cC]lient|[rR]est\w*|URI|Builder|[hH]ttp|\))$/,
};

/** reqwest: https://docs.rs/reqwest/latest/reqwest/struct.Client.html */
const rust: RequestPattern = {
  family: 'rust',
  mentioned: /\breqwest\b/,
  calls: { ...verbs, request: '' },
  bare: new Set(),
  receivers: /(?:reqwest|[cC]lient|http|\))$/,
};

/** Net::HTTP, Faraday, HTTParty, RestClient, HTTPX: https://lostisland.github.io/faraday/#/getting-started/quick-start */
const ruby: RequestPattern = {
  family: 'ruby',
  mentioned: /\b(?:Net::HTTP|Faraday|HTTParty|RestClient|HTTPX?|Typhoeus|Excon)\b/,
  calls: { ...verbs, get_response: 'GET', post_form: 'POST', parse: '*', URI: '*' },
  bare: new Set(['URI']),
  receivers:
    /(?:HTTP|Faraday|HTTParty|RestClient|HTTPX|Typhoeus|Excon|URI|[cC]lient|conn(?:ection)?|http)$/,
};

/** Laravel's client, Guzzle, Symfony's: https://docs.guzzlephp.org/en/stable/quickstart.html */
const php: RequestPattern = {
  family: 'php',
  mentioned: /\bHttp::|Guzzle|HttpClient/,
  calls: { ...verbs, getAsync: 'GET', postAsync: 'POST', request: '', requestAsync: '' },
  bare: new Set(),
  receivers: /(?:Http|[cC]lient|http|guzzle|\))$/,
};

/** HttpClient: https://learn.microsoft.com/dotnet/fundamentals/networking/http/httpclient */
const csharp: RequestPattern = {
  family: 'csharp',
  mentioned: /\b(?:IHttpClientFactory|HttpClient|HttpRequestMessage)\b/,
  calls: {
    GetAsync: 'GET',
    GetStringAsync: 'GET',
    GetStreamAsync: 'GET',
    GetByteArrayAsync: 'GET',
    GetFromJsonAsync: 'GET',
    PostAsync: 'POST',
    PostAsJsonAsync: 'POST',
    PutAsync: 'PUT',
    PutAsJsonAsync: 'PUT',
    PatchAsync: 'PATCH',
    PatchAsJsonAsync: 'PATCH',
    DeleteAsync: 'DELETE',
    DeleteFromJsonAsync: 'DELETE',
    HttpRequestMessage: '',
  },
  bare: new Set(['HttpRequestMessage']),
  receivers: /(?:[cC]lient|[hH]ttp|\))$/,
};

export const requestPatterns: readonly RequestPattern[] = [
  javascript,
  python,
  go,
  java,
  rust,
  ruby,
  php,
  csharp,
];
