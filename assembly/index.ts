/** The export list of the core, nothing else. */

export { countSet, paint, runLength } from './bitmap';
export { judgeBitmaps } from './check';
export { compareSectors, differingBytes } from './compare';
export { clearTotals, isSurveyed, mapOwners, mapUnits, pending, survey, unitShares } from './density';
export {
  addLayer,
  batAddress,
  beginChain,
  cacheBytes,
  extentsAddress,
  plan,
  requestsAddress,
  stagingAddress,
  stepsAddress,
  totalsAddress,
} from './layout';
export { gatherRuns } from './mergeCopy';
export {
  beginIndex,
  forgetCaches,
  indexLayer,
  nextIndexedBlock,
  settleIndex,
  usedOwnerSlots,
} from './owners';
export { placePage, usedPageSlots } from './pages';
export {
  answeredSectors,
  lookupMany,
  prepare,
  resolve,
  stepsFound,
  stepsWereDropped,
  walk,
} from './resolve';
export { forgetWrite, noteBlock, noteWrite } from './writes';
export { find, isZero } from './zero';
