/** Classes with a method called like each HTTP method, as most Python frameworks have them. */
export const verbClasses = {
  methods: {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
    head: 'HEAD',
    options: 'OPTIONS',
    trace: 'TRACE',
  },
} as const;
