// What a person would set once: where the telemetry is, and the shop's deploy target.
import path from 'node:path';

/**
 * @param {{ root: string, splitterPort: number, local?: { httpPort: number, grpcPort: number }, backend?: { metrics?: object, traces: object } }}
 *   options `local`: the receiver of the extension itself, on these ports; `backend`: else the connections of an environment
 */
export function demoSettings({ root, splitterPort, local, backend }) {
  const deploy = [
    process.execPath,
    path.join(root, 'demo/deploy/deploy.mjs'),
    String(splitterPort),
  ];
  const target = {
    name: 'shop-demo',
    service: 'shop-api',
    provider: 'command',
    list: [...deploy, 'list'],
    preview: [...deploy, 'preview', '--from', '{from}', '--to', '{to}'],
    rollBack: [...deploy, 'roll-back', '--to', '{to}'],
  };
  if (local === undefined)
    return {
      'prodlens.refreshSeconds': 10,
      'prodlens.environments': [
        { name: 'production', production: true, ...backend, targets: [target] },
      ],
    };
  return {
    'prodlens.local.enabled': true,
    'prodlens.local.httpPort': local.httpPort,
    'prodlens.local.grpcPort': local.grpcPort,
    'prodlens.environments': [{ name: 'local', production: true, targets: [target] }],
  };
}
