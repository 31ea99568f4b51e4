import assert from 'node:assert/strict';
import { serviceKey } from '../../../../src/domain/service.ts';
import {
  isHintFile,
  readHint,
  type HintFacts,
} from '../../../../src/symbols/serviceHints/hints.ts';
import { createServiceResolver } from '../../../../src/symbols/serviceHints/resolver.ts';

const folder = '/w';
const hint = (relativePath: string, text: string): HintFacts =>
  readHint({ relativePath, folder, text });
const services = (
  hints: readonly HintFacts[],
  seen: readonly string[],
  file: string,
  rules: readonly { folder: string; service: string }[] = [],
): { names: string[]; explanation: string } => {
  const found = createServiceResolver({ hints, seen: seen.map((s) => serviceKey(s)), rules })(file);
  return { names: found.services.map((s) => s.service), explanation: found.explanation };
};

describe('service of a file', () => {
  const table: readonly (readonly [file: string, text: string, source: string, at: string])[] = [
    [
      'api/Dockerfile',
      'FROM node\nENV OTEL_SERVICE_NAME=shop-api\n',
      'OTEL_SERVICE_NAME in api/Dockerfile',
      '/w/api/src/a.ts',
    ],
    [
      'api/Dockerfile',
      'ENV OTEL_RESOURCE_ATTRIBUTES="service.name=shop-api,x=y"',
      'service.name in api/Dockerfile',
      '/w/api/a.ts',
    ],
    ['.env', 'A=1\nOTEL_SERVICE_NAME="shop-api"', 'OTEL_SERVICE_NAME in .env', '/w/src/a.py'],
    [
      'compose.yaml',
      'services:\n  web:\n    build: ./api\n    environment:\n      - OTEL_SERVICE_NAME=shop-api\n',
      'OTEL_SERVICE_NAME in compose.yaml',
      '/w/api/a.ts',
    ],
    [
      'docker-compose.yml',
      'services:\n  web:\n    build: {context: ., dockerfile: api/Dockerfile}\n    environment: {OTEL_SERVICE_NAME: shop-api}\n',
      'OTEL_SERVICE_NAME in docker-compose.yml',
      '/w/api/a.ts',
    ],
    [
      'docker-compose.yml',
      'services:\n  shop-api:\n    build: api\n',
      'service in docker-compose.yml',
      '/w/api/a.ts',
    ],
    [
      'k8s/shop.yaml',
      'kind: Deployment\nspec:\n  - name: OTEL_SERVICE_NAME\n    value: shop-api\n',
      'OTEL_SERVICE_NAME in k8s/shop.yaml',
      '/w/services/shop-api/a.go',
    ],
    [
      'api/src/main/resources/application.properties',
      'spring.application.name = shop-api\n',
      'spring.application.name in',
      '/w/api/src/main/java/A.java',
    ],
    [
      'api/src/main/resources/application.yml',
      'spring:\n  application.name: shop-api\n',
      'spring.application.name in',
      '/w/api/src/main/java/A.java',
    ],
    [
      'api/package.json',
      '{"name":"@acme/shop_api"}',
      'name in api/package.json',
      '/w/api/src/a.ts',
    ],
    [
      'api/package.json',
      '{"name":"x","scripts":{"start":"OTEL_SERVICE_NAME=shop-api node ."}}',
      'OTEL_SERVICE_NAME in api/package.json',
      '/w/api/src/a.ts',
    ],
    [
      'api/pyproject.toml',
      '[build-system]\nname = "no"\n[project]\nversion = "1"\nname = "shop-api"\n',
      'name in api/pyproject.toml',
      '/w/api/app/a.py',
    ],
    ['api/go.mod', 'module github.com/acme/shop-api/v2\n', 'module in api/go.mod', '/w/api/a.go'],
    [
      'api/pom.xml',
      '<project><parent><artifactId>boot</artifactId></parent><artifactId>shop-api</artifactId><dependencies><dependency><artifactId>web</artifactId></dependency></dependencies></project>',
      'artifactId in api/pom.xml',
      '/w/api/A.java',
    ],
    [
      'api/catalog-info.yaml',
      'kind: Component\nmetadata: {name: shop-api}\n',
      'Backstage component in api/catalog-info.yaml',
      '/w/api/a.ts',
    ],
  ];
  for (const [file, text, source, at] of table)
    it(`is found from ${source}`, () => {
      assert.equal(isHintFile(file), true);
      const found = services([hint(file, text)], ['prod/shop-api', 'other'], at);
      assert.deepEqual(found.names, ['prod/shop-api']);
      assert.ok(found.explanation.includes(source), found.explanation);
    });

  it('is what prodlens.json says, whatever else is written', () => {
    const hints = [hint('api/package.json', '{"name":"shop-api"}')];
    const rules = [
      { folder: '/w', service: 'all' },
      { folder: '/w/api', service: 'other' },
    ];
    assert.deepEqual(services(hints, ['shop-api', 'other'], '/w/api/a.ts', rules).names, ['other']);
  });
  it('is the only service seen when the workspace holds one program', () => {
    const one = [hint('package.json', '{"name":"unrelated"}')];
    const found = services(one, ['shop'], '/w/src/a.ts');
    assert.deepEqual(found.names, ['shop']);
    assert.match(found.explanation, /only service seen/);
    const two = [...one, hint('web/package.json', '{"name":"web"}')];
    const unknown = services(two, ['shop'], '/w/src/a.ts');
    assert.deepEqual(unknown.names, []);
    assert.match(unknown.explanation, /"unrelated" \(name in package.json\); services seen: shop/);
  });
  it('is not that of the program around a program', () => {
    const hints = [
      hint('package.json', '{"name":"shop"}'),
      hint('web/package.json', '{"name":"site"}'),
    ];
    assert.deepEqual(services(hints, ['shop', 'api'], '/w/web/a.ts').names, []);
    assert.deepEqual(services(hints, ['shop', 'api'], '/w/a.ts').names, ['shop']);
  });
  it('are all the services built from one folder', () => {
    const text =
      'services:\n  a: {build: ., environment: [OTEL_SERVICE_NAME=web]}\n  b: {build: ., environment: [OTEL_SERVICE_NAME=worker]}\n';
    assert.deepEqual(services([hint('compose.yml', text)], ['web', 'worker'], '/w/a.ts').names, [
      'web',
      'worker',
    ]);
  });
  it('says nothing for files that are broken, vendored or commented out', () => {
    assert.deepEqual(hint('package.json', '{"name":').names, []);
    assert.deepEqual(hint('compose.yml', 'services: [\n').names, []);
    assert.deepEqual(hint('Dockerfile', '# ENV OTEL_SERVICE_NAME=old\n').names, []);
    assert.equal(isHintFile('node_modules/a/package.json'), false);
    assert.equal(isHintFile('src/app.yaml'), false);
  });
});
