// ridges.ts: what tools/ridges.mjs runs
export { measureRidges, RIDGE_FIELDS, type RidgeErrors } from './ridge-fields.ts';
export {
  measureNetwork,
  trainCase,
  TRAINED_CASES,
  trainedName,
  type RidgeRow,
} from './ridge-networks.ts';
export { parseNetworkJson } from '../../src/files/json.ts';
