import type { TaskFramework } from './endpointFramework.ts';

const base = { kind: 'task', protocol: 'procedure', otherwise: 'function' } as const;

/** https://github.com/tedeh/jayson#server */
export const jayson: TaskFramework = {
  ...base,
  id: 'jayson',
  family: 'javascript',
  mentions: ['[\'"]jayson'],
  calls: { method: { name: { at: 0 }, handler: { at: 1 } } },
  groups: { server: { functions: { at: 0 } }, Server: { functions: { at: 0 } } },
};

/** https://github.com/shogowada/json-rpc-2.0#server */
export const jsonRpc2: TaskFramework = {
  ...base,
  id: 'json-rpc-2.0',
  family: 'javascript',
  mentions: ['[\'"]json-rpc-2\\.0[\'"]'],
  calls: {
    addMethod: { name: { at: 0 }, handler: { at: 1 } },
    addMethodAdvanced: { name: { at: 0 }, handler: { at: 1 } },
  },
};

/** jsonrpcserver and fastapi-jsonrpc: https://www.jsonrpcserver.com/en/latest/methods.html, https://github.com/smagafurov/fastapi-jsonrpc */
export const pythonJsonRpc: TaskFramework = {
  ...base,
  id: 'python-jsonrpc',
  family: 'python',
  mentions: ['\\bjsonrpcserver\\b', '\\bfastapi_jsonrpc\\b'],
  decorators: { method: { named: ['name'] } },
};

/** net/rpc and gorilla/rpc: https://pkg.go.dev/net/rpc#Register, https://pkg.go.dev/github.com/gorilla/rpc/v2 */
export const goRpc: TaskFramework = {
  ...base,
  id: 'go-rpc',
  family: 'go',
  mentions: ['"net/rpc"', '"github\\.com/gorilla/rpc'],
  groups: {
    Register: { functions: { at: 0 } },
    RegisterName: { functions: { at: 1 }, named: { at: 0 } },
    RegisterService: { functions: { at: 0 }, named: { at: 1 } },
  },
};
