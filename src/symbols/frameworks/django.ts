import type { RouterFramework } from './routerFramework.ts';
import type { RouteListEntry } from './routePatterns.ts';
import { verbClasses } from './verbClasses.ts';

const entry: RouteListEntry = {
  path: { at: 0, named: ['route', 'regex'] },
  target: [{ at: 1, named: ['view'] }],
  name: { at: 3, named: ['name'] },
};
const form = ['GET', 'POST', 'PUT'];
const all = ['list', 'create', 'retrieve', 'update', 'partial_update', 'destroy'];

/**
 * Django's URL configurations with functions and classes as views, and the routers of Django REST framework:
 * https://docs.djangoproject.com/en/stable/topics/http/urls/, https://docs.djangoproject.com/en/stable/topics/http/decorators/,
 * https://www.django-rest-framework.org/api-guide/routers/
 */
export const django: RouterFramework = {
  kind: 'router',
  id: 'django',
  family: 'python',
  traits: { slash: 'told', inOrder: true },
  creators: {
    'rest_framework.routers:DefaultRouter': {},
    'rest_framework.routers:SimpleRouter': {},
    'rest_framework:routers.DefaultRouter': {},
    'rest_framework:routers.SimpleRouter': {},
  },
  verbs: {},
  path: {},
  handler: 'decorated',
  mounts: {},
  itself: ['urls'],
  lists: {
    entries: { 'django:path': entry, 'django:re_path': entry, 'django:url': entry },
    includes: ['django:include'],
    hiddenPrefixes: { 'django:i18n_patterns': 'a prefix of the language' },
    modules: { list: 'urlpatterns', root: 'ROOT_URLCONF' },
  },
  classes: {
    methods: verbClasses.methods,
    maker: 'as_view',
    allowed: 'http_method_names',
    bases: {
      'django:View': [],
      'django:TemplateView': ['GET'],
      'django:RedirectView': ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
      'django:DetailView': ['GET'],
      'django:ListView': ['GET'],
      'django:FormView': form,
      'django:CreateView': form,
      'django:UpdateView': form,
      'django:DeleteView': ['GET', 'POST', 'PUT', 'DELETE'],
      'django:LoginRequiredMixin': [],
      'django:PermissionRequiredMixin': [],
      'django:UserPassesTestMixin': [],
      'django:AccessMixin': [],
      'django:SuccessMessageMixin': [],
      'django:ContextMixin': [],
      'django:TemplateResponseMixin': [],
      'django:SingleObjectMixin': [],
      'django:MultipleObjectMixin': [],
      'django:FormMixin': [],
      'rest_framework:APIView': [],
      'rest_framework:GenericAPIView': [],
      'rest_framework:CreateAPIView': ['POST'],
      'rest_framework:ListAPIView': ['GET'],
      'rest_framework:RetrieveAPIView': ['GET'],
      'rest_framework:DestroyAPIView': ['DELETE'],
      'rest_framework:UpdateAPIView': ['PUT', 'PATCH'],
      'rest_framework:ListCreateAPIView': ['GET', 'POST'],
      'rest_framework:RetrieveUpdateAPIView': ['GET', 'PUT', 'PATCH'],
      'rest_framework:RetrieveDestroyAPIView': ['GET', 'DELETE'],
      'rest_framework:RetrieveUpdateDestroyAPIView': ['GET', 'PUT', 'PATCH', 'DELETE'],
      'rest_framework:ListModelMixin': [],
      'rest_framework:CreateModelMixin': [],
      'rest_framework:RetrieveModelMixin': [],
      'rest_framework:UpdateModelMixin': [],
      'rest_framework:DestroyModelMixin': [],
    },
  },
  resources: {
    register: {
      path: { at: 0, named: ['prefix'] },
      allowed: 'http_method_names',
      handler: { at: 1, named: ['viewset'] },
      routes: [
        { path: '', methods: { GET: 'list', POST: 'create' } },
        {
          path: '/{}',
          methods: {
            GET: 'retrieve',
            PUT: 'update',
            PATCH: 'partial_update',
            DELETE: 'destroy',
          },
        },
      ],
      parameter: {
        names: ['lookup_url_kwarg', 'lookup_field'],
        otherwise: 'pk',
        constraint: { name: 'lookup_value_regex', otherwise: '[^/.]+' },
      },
      action: {
        decorator: 'action',
        detail: { named: ['detail'] },
        path: { named: ['url_path'] },
        methods: { at: 0, named: ['methods'] },
        otherwise: 'GET',
      },
      end: { text: '/$', unless: { named: ['trailing_slash'] }, otherwise: '$' },
      bases: {
        'rest_framework:ModelViewSet': all,
        'rest_framework:ReadOnlyModelViewSet': ['list', 'retrieve'],
        'rest_framework:GenericViewSet': [],
        'rest_framework:ViewSet': [],
        'rest_framework:ViewSetMixin': [],
        'rest_framework:GenericAPIView': [],
        'rest_framework:APIView': [],
        'rest_framework:ListModelMixin': ['list'],
        'rest_framework:CreateModelMixin': ['create'],
        'rest_framework:RetrieveModelMixin': ['retrieve'],
        'rest_framework:UpdateModelMixin': ['update', 'partial_update'],
        'rest_framework:DestroyModelMixin': ['destroy'],
      },
    },
  },
  firstAnswers: 'path',
  methodDecorators: {
    require_GET: ['GET'],
    require_POST: ['POST'],
    require_safe: ['GET', 'HEAD'],
    require_http_methods: { from: { at: 0, named: ['request_method_list'] }, otherwise: '*' },
    api_view: { from: { at: 0, named: ['http_method_names'] }, otherwise: 'GET' },
  },
  trailingSlash: 'verbatim',
};
