import { serviceLabels, versionLabels, type Convention } from './convention.ts';

/** Autometrics: one series per function. https://github.com/autometrics-dev/autometrics-shared/blob/main/specs/autometrics_v1.0.0.md */
export const autometrics: Convention = {
  id: 'autometrics',
  title: 'Autometrics',
  calls: /^function_calls_total$/,
  durations: [
    { name: 'function_calls_duration_seconds_bucket', msPerUnit: 1000 },
    { name: 'function_calls_duration_bucket', msPerUnit: 1000 },
  ],
  required: [['function'], ['module']],
  service: serviceLabels,
  version: versionLabels,
  attributes: { function: ['function'], module: ['module'], result: ['result'] },
  key: 'function',
  reads: 'functions',
  versionRemedy:
    'Autometrics keeps the release in build_info: give its initialisation the version, or add a label of the release to the scrape target.',
};
